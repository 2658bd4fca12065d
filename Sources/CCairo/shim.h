// Cairo: pictures with text, written as PNG or SVG.
#include <cairo-svg.h>
#include <cairo.h>
