// FFTW, single precision. Everything TiltFold needs is importable as it stands.
#include <fftw3.h>
