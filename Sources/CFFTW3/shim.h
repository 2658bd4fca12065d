// FFTW, single precision. Everything TiltFold needs is importable as it stands.
#include <fftw3.h>

// The version is an array of unknown length, which Swift does not import.
static inline const char *cfftw3_version(void) { return fftwf_version; }
