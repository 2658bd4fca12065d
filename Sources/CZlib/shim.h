// zlib. `deflateInit2` is a macro, and a stream that is packed in one call needs no other.
#include <string.h>
#include <zlib.h>

// Deflates `count` bytes into at most `room` bytes, in zlib's format, which HDF5's filter reads.
// Returns the number of bytes written, or 0 where they do not fit or memory is short.
static inline size_t czlib_deflate(const void *bytes, size_t count, void *target, size_t room,
                                   int level, int strategy) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (deflateInit2(&stream, level, Z_DEFLATED, 15, 9, strategy) != Z_OK) return 0;
  stream.next_in = (Bytef *)bytes;
  stream.avail_in = (uInt)count;
  stream.next_out = (Bytef *)target;
  stream.avail_out = (uInt)room;
  int status = deflate(&stream, Z_FINISH);
  size_t written = stream.total_out;
  deflateEnd(&stream);
  return status == Z_STREAM_END ? written : 0;
}
