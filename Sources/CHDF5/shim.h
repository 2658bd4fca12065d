// HDF5. Its constants are macros over mutable globals, which Swift cannot import:
// one inline function per constant stands in for each of those that are used.
#include <hdf5.h>
