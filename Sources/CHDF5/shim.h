// HDF5. Its constants are macros over mutable globals, which Swift cannot import:
// one inline function per constant stands in for each of those that are used.
#include <hdf5.h>
#include <stdio.h>
#include <string.h>

// Element types in memory; the `_g` globals behind them are set when the library opens.
static inline hid_t chdf5_native_int8(void) { return H5T_NATIVE_INT8; }
static inline hid_t chdf5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t chdf5_native_int16(void) { return H5T_NATIVE_INT16; }
static inline hid_t chdf5_native_uint16(void) { return H5T_NATIVE_UINT16; }
static inline hid_t chdf5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t chdf5_native_uint32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t chdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t chdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t chdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }

// Casts of -1, which the importer does not follow.
static inline size_t chdf5_variable_length(void) { return H5T_VARIABLE; }
static inline hsize_t chdf5_unlimited(void) { return H5S_UNLIMITED; }

// Property list classes: globals, as the types are.
static inline hid_t chdf5_link_creation(void) { H5dont_atexit(); return H5P_LINK_CREATE; }
static inline hid_t chdf5_dataset_creation(void) { H5dont_atexit(); return H5P_DATASET_CREATE; }
static inline hid_t chdf5_dataset_access(void) { H5dont_atexit(); return H5P_DATASET_ACCESS; }
static inline hid_t chdf5_file_creation(void) { H5dont_atexit(); return H5P_FILE_CREATE; }
static inline hid_t chdf5_file_access(void) { H5dont_atexit(); return H5P_FILE_ACCESS; }

// Flags whose macros also open the library; whichever comes first must say that nothing is to be
// done at the program's end (below), because later that is not heard any more.
static inline unsigned chdf5_read_only(void) { H5dont_atexit(); return H5F_ACC_RDONLY; }
static inline unsigned chdf5_read_write(void) { H5dont_atexit(); return H5F_ACC_RDWR; }
static inline unsigned chdf5_truncate(void) { H5dont_atexit(); return H5F_ACC_TRUNC; }
static inline unsigned chdf5_exclusive(void) { H5dont_atexit(); return H5F_ACC_EXCL; }
static inline unsigned chdf5_swmr_read(void) { H5dont_atexit(); return H5F_ACC_SWMR_READ; }

// The library prints its error stack to standard error unless told not to, thread by thread. Nor
// may it close at the program's end what it could not close before: after a write that failed it
// would crash there. To be called before anything else.
static inline void chdf5_be_silent(void) {
  H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static herr_t chdf5_keep_first(unsigned depth, const H5E_error2_t *error, void *text) {
  if (depth == 0 && error->desc) snprintf((char *)text, 512, "%s", error->desc);
  return 0;
}

// Writes the innermost message of the thread's error stack into `text` (512 bytes) and clears
// the stack. The walk wants a function pointer over a structure with a C string in it.
static inline void chdf5_take_first_message(char *text) {
  text[0] = 0;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, chdf5_keep_first, text);
  H5Eclear2(H5E_DEFAULT);
}

// HDF5's boolean is C's in some builds and a number in others.
static inline herr_t chdf5_set_file_locking(hid_t list, _Bool locks) {
  return H5Pset_file_locking(list, locks, 1);
}
