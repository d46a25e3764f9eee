#!/usr/bin/env python3
"""Writes the bill of materials of a release (CycloneDX 1.5, JSON) from what the build says it put into the file: layer.deps.json.

Licences come from the packages' own manifests in the package folder. The same build gives the same bytes.
"""
import argparse
import base64
import datetime
import hashlib
import json
import os
import uuid
import xml.etree.ElementTree as xml

OWN = {"layer", "Layer.Evidence", "Layer.Azure", "Layer.AzureEmulator"}


def licence(folder, name, version):
    path = os.path.join(folder, name.lower(), version.lower(), name.lower() + ".nuspec")
    try:
        root = xml.parse(path).getroot()
    except (OSError, xml.ParseError):
        return []
    for element in root.iter():
        tag = element.tag.rsplit("}", 1)[-1]
        if tag == "license" and element.get("type") == "expression":
            return [{"expression": element.text}]
        if tag == "license":
            return [{"license": {"name": "see " + (element.text or "the package")}}]
    for element in root.iter():
        if element.tag.rsplit("}", 1)[-1] == "licenseUrl" and element.text:
            return [{"license": {"name": "see its address", "url": element.text}}]
    return []


def component(folder, key, library):
    name, version = key.split("/", 1)
    name = name.removeprefix("runtimepack.")
    purl = f"pkg:nuget/{name}@{version}"
    found = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if library.get("sha512", "").startswith("sha512-"):
        found["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(library["sha512"][7:]).hex()}]
    if licences := licence(folder, name, version):
        found["licenses"] = licences
    return found


def main():
    options = argparse.ArgumentParser(description=__doc__)
    for name in ("deps", "version", "commit", "time", "runtime", "file"):
        options.add_argument(f"--{name}", required=True)
    given = options.parse_args()
    folder = os.environ.get("NUGET_PACKAGES") or os.path.join(os.path.expanduser("~"), ".nuget", "packages")
    with open(given.deps, encoding="utf-8") as file:
        deps = json.load(file)
    with open(given.file, "rb") as file:
        sha256 = hashlib.sha256(file.read()).hexdigest()
    target = next(value for key, value in deps["targets"].items() if key.endswith("/" + given.runtime))
    parts = {key: library for key, library in deps["libraries"].items() if key.split("/", 1)[0] not in OWN}
    refs = {key: component(folder, key, library) for key, library in parts.items()}
    by_name = {key.split("/", 1)[0]: ref["bom-ref"] for key, ref in refs.items()}
    own = f"pkg:generic/layer@{given.version}"

    def needs(keys):
        names = {name for key in keys for name in target.get(key, {}).get("dependencies", {})}
        return sorted(by_name[name] for name in names if name in by_name)

    print(json.dumps({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": "urn:uuid:" + str(uuid.uuid5(uuid.NAMESPACE_URL, f"layer:{given.commit}:{given.runtime}")),
        "version": 1,
        "metadata": {
            "timestamp": datetime.datetime.fromtimestamp(int(given.time), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application", "bom-ref": own, "name": "layer", "version": given.version, "licenses": [{"license": {"id": "Apache-2.0"}}],
                "hashes": [{"alg": "SHA-256", "content": sha256}],
                "properties": [{"name": "layer:commit", "value": given.commit}, {"name": "layer:runtime", "value": given.runtime}],
            },
        },
        "components": [refs[key] for key in sorted(refs)],
        "dependencies": [{"ref": own, "dependsOn": needs([key for key in deps["libraries"] if key not in parts])}]
        + [{"ref": refs[key]["bom-ref"], "dependsOn": needs([key])} for key in sorted(refs)],
    }, indent=1, sort_keys=True))


main()
