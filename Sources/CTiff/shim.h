// libtiff: stacks of pictures. Its setters take a variable number of arguments, which Swift cannot
// call: one inline function stands in for each kind that is used.
#include <tiffio.h>

// Problems are told by the return values; without handlers libtiff prints them.
static inline void ctiff_be_silent(void) {
  TIFFSetErrorHandler(NULL);
  TIFFSetWarningHandler(NULL);
}

static inline int ctiff_set_number(TIFF *tiff, uint32_t tag, uint32_t value) {
  return TIFFSetField(tiff, tag, value);
}

static inline int ctiff_set_real(TIFF *tiff, uint32_t tag, double value) {
  return TIFFSetField(tiff, tag, value);
}

static inline int ctiff_set_text(TIFF *tiff, uint32_t tag, const char *text) {
  return TIFFSetField(tiff, tag, text);
}

static inline int ctiff_set_page(TIFF *tiff, uint16_t page, uint16_t pages) {
  return TIFFSetField(tiff, TIFFTAG_PAGENUMBER, page, pages);
}
