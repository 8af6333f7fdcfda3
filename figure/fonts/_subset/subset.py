#!/usr/bin/env python3
"""Makes ../hangul.ttf, the Hangul of sheets, out of NanumGothic.

  pip install fonttools==4.68.0
  subset.py [--check] [NanumGothic.ttf]

The source is the file of Debian's package fonts-nanum 20200506-1 (the default path is where that
package puts it); another file is refused by its digest. Kept are the 2350 syllables of KS X 1001, the
letters (jamo) and CJK punctuation; Latin comes from the Go fonts. Hinting, kerning and tables of the
editor go. The licence reserves the font's name for the original: the subset has one of its own.
"""
import argparse
import hashlib
import pathlib
import sys
import tempfile

from fontTools import subset

SOURCE = "48a28e97b34fc8e5b157657633670cd1b7de126cfc414da65ce9c3d5bc8be733"
NAME = "Impasto Hangul"
COPYRIGHT = "Copyright (c) 2010, NAVER Corporation (http://www.nhncorp.com). A subset, under another name."
LICENCE = "This Font Software is licensed under the SIL Open Font License, Version 1.1."
LICENCE_URL = "https://openfontlicense.org"
OUT = pathlib.Path(__file__).parent.parent / "hangul.ttf"


def characters():
    """The syllables of KS X 1001 are rows 0xB0 to 0xC8 of EUC-KR."""
    syllables = {ord(bytes((row, cell)).decode("euc_kr")) for row in range(0xB0, 0xC9) for cell in range(0xA1, 0xFF)}
    assert len(syllables) == 2350
    letters = set(range(0x3131, 0x3164))
    punctuation = set(range(0x3001, 0x3003)) | set(range(0x3008, 0x3012))
    return syllables | letters | punctuation


def reduced(source):
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = []
    options.notdef_outline = True
    options.glyph_names = False
    options.recalc_timestamp = False
    options.drop_tables += ["kern", "gasp", "TSI0", "TSI1", "TSI2", "TSI3", "TSI5"]
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    # Two equal tables, one a platform, shrink to the one that every reader knows.
    font["cmap"].tables = [t for t in font["cmap"].tables if (t.platformID, t.format) == (3, 4)]
    for number, text in {0: COPYRIGHT, 1: NAME, 2: "Regular", 4: NAME, 6: NAME.replace(" ", ""), 13: LICENCE, 14: LICENCE_URL}.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    return font


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--check", action="store_true", help="compare with what is there instead of writing")
    p.add_argument("source", nargs="?", default="/usr/share/fonts/truetype/nanum/NanumGothic.ttf", type=pathlib.Path)
    a = p.parse_args()
    if hashlib.sha256(a.source.read_bytes()).hexdigest() != SOURCE:
        sys.exit(f"subset.py: {a.source} is not the font of fonts-nanum 20200506-1")
    with tempfile.NamedTemporaryFile(suffix=".ttf") as f:
        reduced(a.source).save(f.name)
        data = pathlib.Path(f.name).read_bytes()
    if a.check:
        if data != OUT.read_bytes():
            sys.exit(f"subset.py: {OUT} is stale; make it again")
        return
    OUT.write_bytes(data)
    print(f"{OUT}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
