"""Workbooks of one's own making, part by part, as other programs write them."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = {
    TRANSITIONAL: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    STRICT: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}


def write_parts(
    file: Path,
    sheets: Mapping[str, str],
    *,
    space: str = TRANSITIONAL,
    strings: str = "",
    styles: str = "",
    workbook: str = "",
    states: Mapping[str, str] = {},
) -> Path:
    """A workbook whose sheets have these contents below `worksheet`."""
    kind = RELATIONS[space]
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="s{at}" state="{states.get(name, "visible")}"/>'
        for at, name in enumerate(names)
    )
    relations = "".join(
        f'<Relationship Id="s{at}" Type="{kind}/worksheet" Target="worksheets/{at}.xml"/>'
        for at in range(len(names))
    )
    relations += f'<Relationship Id="a" Type="{kind}/sharedStrings" Target="/xl/strings.xml"/>'
    relations += f'<Relationship Id="b" Type="{kind}/styles" Target="styles.xml"/>'
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="w" Type="{kind}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{space}" xmlns:r="{kind}">{workbook}'
            f"<sheets>{listed}</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f"<Relationships>{relations}</Relationships>"
        )
        archive.writestr("xl/strings.xml", f'<sst xmlns="{space}">{strings}</sst>')
        archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{space}">{styles}</styleSheet>')
        for at, content in enumerate(sheets.values()):
            archive.writestr(
                f"xl/worksheets/{at}.xml", f'<worksheet xmlns="{space}">{content}</worksheet>'
            )
    return file
