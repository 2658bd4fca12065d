// SPDX-License-Identifier: BSD-3-Clause
// The programs of the 3-D view: one triangle over the view, and a ray through the box for each pixel.

export const vertexShader = `#version 300 es
out vec2 place;
void main() {
  vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  place = corner;
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

// The texture's axes are (y, z, x), as the volume is stored; the box spans -extent/2 to +extent/2.
export const fragmentShader = `#version 300 es
precision highp float;
precision highp sampler3D;
in vec2 place;
out vec4 color;
uniform sampler3D volume;
uniform sampler2D map;
uniform mat3 turn;        // from the view to the box
uniform vec3 extent;      // of the box (x, y, z), the longest side 1
uniform float reach;      // half the height that is seen
uniform float aspect;
uniform float steps;
uniform float floorValue; // what is fainter is not shown
uniform float opacity;
uniform float threshold;  // X as a share; 0.5: colours run continuously
uniform int style;        // 0 density, shaded; 1 density, brightest; 2 phases
uniform vec3 lithiated, mixed, delithiated;

vec2 sampleAt(vec3 p) {
  vec3 t = p / extent + 0.5;
  return texture(volume, t.yzx).rg;
}

float density(vec3 p) {
  vec2 s = sampleAt(p);
  return style == 2 ? s.r + s.g : s.r;
}

vec3 phaseColor(vec2 s) {
  float share = s.r / max(s.r + s.g, 1e-4);
  if (threshold >= 0.5) return mix(delithiated, lithiated, share);
  return share > 1.0 - threshold ? lithiated : share < threshold ? delithiated : mixed;
}

void main() {
  vec3 origin = turn * vec3(place.x * aspect * reach, -place.y * reach, -2.0);
  vec3 ray = turn * vec3(0.0, 0.0, 1.0);
  vec3 inverse = 1.0 / (ray + vec3(equal(ray, vec3(0.0))) * 1e-6);
  vec3 a = (-0.5 * extent - origin) * inverse;
  vec3 b = (0.5 * extent - origin) * inverse;
  vec3 near = min(a, b), far = max(a, b);
  float start = max(max(near.x, near.y), near.z);
  float end = min(min(far.x, far.y), far.z);
  color = vec4(0.0);
  if (end <= start) return;
  float stride = 1.75 / steps;
  float jitter = fract(sin(dot(gl_FragCoord.xy, vec2(12.9898, 78.233))) * 43758.5453);
  vec3 light = turn * normalize(vec3(-0.5, -0.7, -0.9));
  float brightest = 0.0;
  for (float t = start + jitter * stride; t < end; t += stride) {
    vec3 p = origin + t * ray;
    vec2 s = sampleAt(p);
    float value = style == 2 ? s.r + s.g : s.r;
    if (style == 1) { brightest = max(brightest, value); continue; }
    if (value <= floorValue) continue;
    float h = 1.2 * stride + 0.008;
    vec3 slope = vec3(
      density(p + vec3(h, 0, 0)) - density(p - vec3(h, 0, 0)),
      density(p + vec3(0, h, 0)) - density(p - vec3(0, h, 0)),
      density(p + vec3(0, 0, h)) - density(p - vec3(0, 0, h)));
    float steep = length(slope);
    float lit = steep > 1e-3 ? 0.5 + 0.5 * dot(-slope / steep, light) : 0.7;
    vec3 base = style == 2 ? phaseColor(s) : texture(map, vec2(clamp(value, 0.0, 1.0), 0.5)).rgb;
    float strength = smoothstep(floorValue, floorValue + 0.25, value);
    float alpha = 1.0 - exp(-strength * opacity * stride);
    color += (1.0 - color.a) * alpha * vec4(base * (0.42 + 0.72 * lit), 1.0);
    if (color.a > 0.98) break;
  }
  if (style == 1) {
    float shown = smoothstep(floorValue * 0.5, floorValue + 0.1, brightest);
    color = vec4(texture(map, vec2(brightest, 0.5)).rgb * shown, shown);
  }
}`;
