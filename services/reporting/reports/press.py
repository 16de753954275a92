"""Makes a report's files."""

from collections.abc import Sequence

from services.reporting.reports.annual import document_of
from services.reporting.reports.markdown import markdown
from services.reporting.reports.material import Material
from shared.contract.reporting import Format
from shared.errors import Invalid


class Press:
    """Makes files of reports."""

    async def files(self, material: Material, formats: Sequence[Format]) -> dict[Format, bytes]:
        """Each of these formats, as bytes."""
        return {each: await self._file(material, each) for each in formats}

    async def _file(self, material: Material, format_: Format) -> bytes:
        if format_ != "md":
            raise Invalid("format-unknown", f"no {format_}")
        return markdown(document_of(material)).encode()
