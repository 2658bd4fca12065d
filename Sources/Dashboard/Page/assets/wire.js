// SPDX-License-Identifier: BSD-3-Clause
// Binary frames of /stream: u32 length of JSON | JSON | zeros to a multiple of 8 | arrays, each begun
// at a multiple of 8. Arrays are views of the frame; nothing is copied.

const elementTypes = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
  complex64: Float32Array, // pairs: real part, imaginary part
};
const text = new TextDecoder();
const aligned = (offset) => Math.ceil(offset / 8) * 8;

/** Reads one frame: {topic, header, quality, text, time, arrays: name -> {shape, values, ...}}. */
export function decodeFrame(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  if (4 + length > buffer.byteLength) throw new RangeError("a frame is shorter than its header");
  const header = JSON.parse(text.decode(new Uint8Array(buffer, 4, length)));
  let offset = aligned(4 + length);
  const arrays = {};
  for (const described of header.arrays ?? []) {
    const Elements = elementTypes[described.dtype];
    if (!Elements) throw new TypeError(`dtype ${described.dtype} is not known`);
    const elements = described.shape.reduce((product, extent) => product * extent, 1);
    const count = described.dtype === "complex64" ? 2 * elements : elements;
    const bytes = count * Elements.BYTES_PER_ELEMENT;
    if (offset + bytes > buffer.byteLength) throw new RangeError(`array ${described.name} is cut off`);
    arrays[described.name] = {
      name: described.name,
      shape: described.shape,
      dtype: described.dtype,
      unit: described.unit ?? "1",
      pixelSize: described.pixel_size_m,
      values: new Elements(buffer, offset, count),
    };
    offset = aligned(offset + bytes);
  }
  return {
    topic: header.topic,
    header,
    quality: header.quality ?? {},
    text: header.text ?? {},
    time: header.timestamp_ns ? header.timestamp_ns / 1e9 : Date.now() / 1000, // s since 1970
    arrays,
  };
}

/** The modulus of complex pairs. */
export function modulus(values) {
  const result = new Float32Array(values.length / 2);
  for (let i = 0; i < result.length; i++) result[i] = Math.hypot(values[2 * i], values[2 * i + 1]);
  return result;
}

/** The phase of complex pairs, radian. */
export function phase(values) {
  const result = new Float32Array(values.length / 2);
  for (let i = 0; i < result.length; i++) result[i] = Math.atan2(values[2 * i + 1], values[2 * i]);
  return result;
}

/** The optical density of a transmission, -2 ln |T|. */
export function opticalDensity(values) {
  const result = new Float32Array(values.length / 2);
  for (let i = 0; i < result.length; i++) {
    const power = values[2 * i] ** 2 + values[2 * i + 1] ** 2;
    result[i] = power > 0 ? -Math.log(power) : NaN;
  }
  return result;
}
