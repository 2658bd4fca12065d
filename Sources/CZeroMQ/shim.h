// libzmq. Everything TiltFold needs is importable as it stands.
#include <zmq.h>
