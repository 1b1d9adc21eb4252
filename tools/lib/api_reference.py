#!/usr/bin/python3
"""Writes the reference of the gRPC interface, proto/reference.md, from the comments in proto/.

Usage: tools/lib/api_reference.py           writes the file
       tools/lib/api_reference.py --check   fails if the file in the repository is another

The table of problems is that of idnoded --problem-reference; idnoded is $IDNODE_BIN/idnoded, or that of
build/release. Fails if a call does not say which problems it has, if one is named that there is not, or if
there is one that nobody names.

Needs protoc, and Debian's python3-protobuf.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTO = ROOT / "proto"
REFERENCE = PROTO / "reference.md"
FILES = [f"idnode/v1/{name}.proto"
         for name in ("registrar", "resolver", "admin", "statistics", "audit", "common")]
BIN = pathlib.Path(os.environ.get("IDNODE_BIN", ROOT / "build" / "release" / "bin"))
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


def type_of(field, message) -> str:
    name = TYPES.get(field.type) or short(field.type_name)
    for nested in message.nested_type:
        if nested.options.map_entry and field.type_name.endswith(f".{message.name}.{nested.name}"):
            key, value = (type_of(part, nested) for part in nested.field)
            return f"map of {key} to {value}"
    if field.proto3_optional:
        return f"optional {name}"
    if field.HasField("oneof_index"):
        return f"{name}, one of `{message.oneof_decl[field.oneof_index].name}`"
    return f"repeated {name}" if field.label == Field.LABEL_REPEATED else name


def write_message(out: list, message, comments: Comments, path: tuple, outer: str = ""):
    name = outer + message.name
    if message.options.map_entry:
        return
    out += [f"### {name}", "", comments.text(*path), ""]
    if message.field:
        out += ["| field | type | meaning |", "|---|---|---|"]
        for i, field in enumerate(message.field):
            out.append(f"| `{field.name}` | {type_of(field, message)} | {comments.cell(*path, 2, i)} |")
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


def read_problems() -> str:
    return subprocess.run([BIN / "idnoded", "--problem-reference"], check=True, capture_output=True,
                          text=True).stdout


def named_after(text: str) -> list:
    """The codes that a comment names behind "Problems:"."""
    _, found, listed = " ".join(text.split()).partition("Problems: ")
    if not found:
        return []
    listed = re.sub(r"\([^)]*\)", "", listed)  # what is said about one
    words = (word.strip() for word in re.split("[,;]", listed.partition(".")[0]))
    return [word for word in words if re.fullmatch(r"[a-z]+(_[a-z]+)*", word)]


def check_codes(files: list, codes: set) -> list:
    """What is wrong with the comments' lists of problems."""
    wrong, named = [], set()
    for file in files:
        comments = Comments(file)
        for i, service in enumerate(file.service):
            for j, method in enumerate(service.method):
                text, where = comments.text(6, i, 2, j), f"{service.name}.{method.name}"
                if "Problems: " not in text:
                    wrong.append(f"{where} does not say which problems it has")
                wrong += [f"{where} names {code}, which there is not"
                          for code in named_after(text) if code not in codes]
                named |= set(named_after(text))
        if not file.service:
            for i, message in enumerate(file.message_type):
                if message.name == "Problem":
                    named |= set(re.findall(r"[a-z_]+", comments.text(4, i)))
    return wrong + [f"no call names {code}" for code in sorted(codes - named)]


def make_reference() -> str:
    files, problems = read_descriptors(), read_problems()
    wrong = check_codes(files, set(re.findall(r"^\| `(\w+)`", problems, re.MULTILINE)))
    if wrong:
        sys.exit("\n".join(wrong))
    out = ["# The gRPC interface", "",
           "Made by `tools/lib/api_reference.py` from the comments in `proto/idnode/v1`: change those.", "",
           "A field that is *optional* can be left out, which is not the same as 0 or empty; of the fields that",
           "are *one of* something at most one is set. Any other field that is left out is 0, false or empty.",
           ""]
    for file in files:
        write_file(out, file)
    out += ["## Problems", "", "The codes that a [Problem](#problem) may have. {name} is one of its parameters.",
            "", problems]
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
