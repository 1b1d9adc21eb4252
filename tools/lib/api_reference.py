#!/usr/bin/python3
"""Writes the reference of the gRPC interface, proto/reference.md, from the comments in proto/.

Usage: tools/lib/api_reference.py           writes the file
       tools/lib/api_reference.py --check   fails if the file in the repository is another

Needs protoc, and Debian's python3-protobuf.
"""
import pathlib
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTO = ROOT / "proto"
REFERENCE = PROTO / "reference.md"
FILES = [f"idnode/v1/{name}.proto"
         for name in ("registrar", "resolver", "admin", "statistics", "audit", "common")]
Field = descriptor_pb2.FieldDescriptorProto
TYPES = {Field.TYPE_STRING: "string", Field.TYPE_BYTES: "bytes", Field.TYPE_BOOL: "bool",
         Field.TYPE_UINT32: "uint32", Field.TYPE_UINT64: "uint64", Field.TYPE_INT64: "int64",
         Field.TYPE_INT32: "int32", Field.TYPE_SINT64: "sint64", Field.TYPE_DOUBLE: "double"}


def read_descriptors() -> list:
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["protoc", f"-I{PROTO}", "--include_source_info",
                        f"--descriptor_set_out={out.name}", *FILES], check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(out.name).read_bytes())
    return [file for name in FILES for file in files.file if file.name == name]


class Comments:
    """The comment of every element of a file, by its path in the descriptor."""

    def __init__(self, file):
        self._by_path = {tuple(location.path): location for location in file.source_code_info.location}

    def text(self, *path) -> str:
        location = self._by_path.get(path)
        if location is None:
            return ""
        text = location.leading_comments + location.trailing_comments
        return "\n".join(line.strip() for line in text.strip().splitlines())

    def cell(self, *path) -> str:
        return " ".join(self.text(*path).split()).replace("|", "\\|")


def short(name: str) -> str:
    return name.removeprefix(".idnode.v1.")


def type_of(field) -> str:
    name = TYPES.get(field.type) or short(field.type_name)
    return f"repeated {name}" if field.label == Field.LABEL_REPEATED else name


def write_message(out: list, message, comments: Comments, path: tuple, outer: str = ""):
    name = outer + message.name
    if message.options.map_entry:
        return
    out += [f"### {name}", "", comments.text(*path), ""]
    if message.field:
        out += ["| field | type | meaning |", "|---|---|---|"]
        for i, field in enumerate(message.field):
            out.append(f"| `{field.name}` | {type_of(field)} | {comments.cell(*path, 2, i)} |")
        out.append("")
    for i, nested in enumerate(message.nested_type):
        write_message(out, nested, comments, (*path, 3, i), name + ".")


def write_file(out: list, file):
    comments = Comments(file)
    for i, service in enumerate(file.service):
        out += [f"## {service.name}", "", comments.text(6, i), "",
                "| call | takes | gives | |", "|---|---|---|---|"]
        for j, method in enumerate(service.method):
            takes = ("stream of " if method.client_streaming else "") + short(method.input_type)
            gives = ("stream of " if method.server_streaming else "") + short(method.output_type)
            out.append(f"| `{method.name}` | {takes} | {gives} | {comments.cell(6, i, 2, j)} |")
        out.append("")
    if not file.service:
        out += ["## Common messages", "", comments.text(2), ""]
    for i, enum in enumerate(file.enum_type):
        out += [f"### {enum.name}", "", comments.text(5, i), "", "| value | | meaning |", "|---|---|---|"]
        for j, value in enumerate(enum.value):
            out.append(f"| `{value.name}` | {value.number} | {comments.cell(5, i, 2, j)} |")
        out.append("")
    for i, message in enumerate(file.message_type):
        write_message(out, message, comments, (4, i))


def make_reference() -> str:
    out = ["# The gRPC interface", "",
           "Made by `tools/lib/api_reference.py` from the comments in `proto/idnode/v1`: change those.", ""]
    for file in read_descriptors():
        write_file(out, file)
    text = "\n".join(out)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.rstrip() + "\n"


def main() -> int:
    made = make_reference()
    if sys.argv[1:] != ["--check"]:
        REFERENCE.write_text(made, encoding="utf-8")
        return 0
    if REFERENCE.is_file() and REFERENCE.read_text(encoding="utf-8") == made:
        return 0
    print(f"{REFERENCE} is not what the comments in proto/ say; run tools/lib/api_reference.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
