// Cairo: raster pictures with text, written as PNG.
#include <cairo.h>
