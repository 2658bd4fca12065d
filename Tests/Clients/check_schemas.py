# SPDX-License-Identifier: BSD-3-Clause
"""Hold messages to the JSON schemas in Docs/Reference/schema.

    check_schemas.py TRAFFIC

TRAFFIC has one JSON object a line: {"schema": "preview-object", "message": {...}}. Prints one JSON object:
`counts` of messages for each schema, `problems` of messages that do not follow theirs, and `accepted`:
spoilt messages that a schema lets pass, where a key is missing, unknown or in another unit.
"""

import copy
import json
import pathlib
import sys

import jsonschema

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Docs" / "Reference" / "schema"
# Keys of one unit and what they would be in another.
OTHER_UNITS = {"energy_eV": 1e-19, "energy": 6.24e18, "pixel_size_m": 1e9, "obj_pixelsize_x": 1e9, "timestamp_ns": 1e-9}


def spoilt(message, schema):
    """The message with one thing wrong each time, and what that is."""
    for key in schema.get("required", []):
        changed = copy.deepcopy(message)
        changed.pop(key, None)
        yield f"no {key}", changed
    for key, value in message.items():
        # Without it an acquisition is plain cosmicstreams, which may have any keys.
        if key != "schema" or "schema" in schema.get("required", []):
            changed = copy.deepcopy(message)
            changed[key + "_"] = changed.pop(key)
            yield f"{key} misspelled", changed
        if key in OTHER_UNITS and isinstance(value, (int, float)):
            changed = copy.deepcopy(message)
            changed[key] = value * OTHER_UNITS[key]
            yield f"{key} in another unit", changed
    for key in message.get("quality", {}):
        changed = copy.deepcopy(message)
        changed["quality"][key + "s"] = changed["quality"].pop(key)
        yield f"quality.{key} misspelled", changed
    for place, array in enumerate(message.get("arrays", [])):
        for key in array:
            changed = copy.deepcopy(message)
            del changed["arrays"][place][key]
            yield f"array {array['name']} without {key}", changed
        for key, value in (("unit", "furlong"), ("dtype", "float64"), ("shape", [2, 2, 2, 2])):
            changed = copy.deepcopy(message)
            changed["arrays"][place][key] = value
            yield f"array {array['name']} with {key} {value}", changed
        if "pixel_size_m" in array:
            changed = copy.deepcopy(message)
            changed["arrays"][place]["pixel_size_m"] *= 1e9
            yield f"array {array['name']} with its pixel in nm", changed


def main():
    validators, counts, problems, accepted = {}, {}, [], []
    for path in FOLDER.glob("*.json"):
        schema = json.loads(path.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[path.stem] = jsonschema.Draft202012Validator(schema)
    for line in open(sys.argv[1]):
        entry = json.loads(line)
        name, message = entry["schema"], entry["message"]
        validator = validators[name]
        counts[name] = counts.get(name, 0) + 1
        for error in validator.iter_errors(message):
            where = "/".join(str(part) for part in error.absolute_path)
            problems.append(f"{name} {where}: {error.message[:300]}")
        # The first of each, and a late one, which has more.
        if counts[name] in (1, 8):
            accepted += [f"{name}: {what}" for what, bad in spoilt(message, validator.schema) if validator.is_valid(bad)]
    print(json.dumps({"counts": counts, "problems": problems[:20], "accepted": accepted}))


if __name__ == "__main__":
    main()
