// Calls of Linux on files that glibc shows to GNU sources only, which Swift's importer is not.
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

// Takes blocks of the disk for a range of a file without changing its length. 0, or an errno.
static inline int clinux_reserve(int file, long long start, long long count) {
  const int keep_size = 1;  // FALLOC_FL_KEEP_SIZE
  return syscall(SYS_fallocate, file, keep_size, start, count) == 0 ? 0 : errno;
}

// Has a range of a file written to the disk and does not wait for it.
static inline void clinux_start_writing(int file, long long start, long long count) {
  const int write = 2;  // SYNC_FILE_RANGE_WRITE
  (void)syscall(SYS_sync_file_range, file, start, count, write);
}
