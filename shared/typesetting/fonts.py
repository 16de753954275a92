"""The fonts that PDFs are set in: fetched by lock and hash when a PDF is first asked for, kept, and
checked before each use; or a folder of one's own.

`python -m shared.typesetting.fonts` fetches them beforehand.
"""

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from shared.errors import NotYet

log = structlog.get_logger("fonts")

LOCK = Path(__file__).with_name("fonts.lock")
FILES = {
    "NotoSerifSC-Regular.otf": "e8f396decc1f0963a016a989c3d8852e863d1350996f573860a80767c83a1cd3",
    "NotoSansSC-Regular.otf": "faa6c9df652116dde789d351359f3d7e5d2285a2b2a1f04a2d7244df706d5ea9",
}
"""The files of the locked package that are used, with their SHA-256."""

SERIF, SANS = "Noto Serif SC", "Noto Sans SC"
OWN = {
    "body": ("仿宋_GB2312", "FangSong_GB2312", "FangSong", "仿宋"),
    "title": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "方正小标宋_GBK"),
    "hei": ("黑体", "SimHei"),
    "kai": ("楷体_GB2312", "KaiTi_GB2312", "KaiTi", "楷体"),
    "song": ("宋体", "SimSun"),
}
"""The families that GB/T 9704 asks for, as their files name them."""

SAID = "本件以思源宋体(Noto Serif SC)、思源黑体(Noto Sans SC)代替 GB/T 9704 所列字体。"
SECONDS = 300.0


class Families(NamedTuple):
    """Where the fonts of a PDF are: the folders, of which the first may be one's own."""

    folders: tuple[Path, ...]
    own: bool = False

    def named(self) -> dict[str, Any]:
        """The families by use, each with what stands in for it, as the template asks."""
        stand_in = {"hei": SANS}
        asked = OWN if self.own else dict.fromkeys(OWN, ())
        return {
            **{use: [*names, stand_in.get(use, SERIF)] for use, names in asked.items()},
            "substituted": not self.own,
            "said": SAID,
        }


class FontStore:
    """Has the fonts at hand. `folder` is where what is fetched is kept, `own` a folder of fonts
    that come first, such as licensed ones."""

    def __init__(self, folder: Path | None = None, own: Path | None = None) -> None:
        self.folder = (folder or default_cache()) / "fonts"
        self.own = own
        self._fetching = asyncio.Lock()

    async def families(self) -> Families:
        """The fonts, fetched where they are not here. Raises NotYet `fonts-missing`."""
        async with self._fetching:
            if not await asyncio.to_thread(complete, self.folder):
                await self._fetch()
        folders = (self.folder,) if self.own is None else (self.own, self.folder)
        return Families(folders, self.own is not None)

    async def _fetch(self) -> None:
        log.info("fetching the fonts of PDFs, 17 MB, once", folder=str(self.folder))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder, prefix="fetching-") as draft:
                await _install(Path(draft))
                for name, digest in FILES.items():
                    (found,) = Path(draft).rglob(name)
                    if _digest(found) != digest:
                        raise OSError(f"{name} is not the one that is pinned")
                    found.replace(self.folder / name)
        except (OSError, TimeoutError, ValueError) as why:
            raise NotYet(
                "fonts-missing",
                f"the fonts of PDFs cannot be fetched: {why}. Have them fetched into {self.folder}"
                " by `python -m shared.typesetting.fonts`, or put there"
                f" {' and '.join(FILES)}",
            ) from why
        log.info("the fonts of PDFs are here", folder=str(self.folder))


def default_cache() -> Path:
    """Where an account keeps what can be fetched again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guildhall"


def complete(folder: Path) -> bool:
    """Whether every font is there, and is the one that is pinned."""
    return all(
        (folder / name).is_file() and _digest(folder / name) == digest
        for name, digest in FILES.items()
    )


async def _install(target: Path) -> None:
    """Have uv or pip fetch the locked package. Raises OSError, TimeoutError."""
    uv = Path(sys.executable).with_name("uv")
    if uv.is_file():
        command = [str(uv), "pip", "install", "--python", sys.executable, "--quiet"]
        certificates = Path("/etc/ssl/certs/ca-certificates.crt")
        command += ["--system-certs"] if certificates.is_file() else []
        command += ["--no-cache"]
    else:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input"]
    command += ["--no-deps", "--require-hashes", "--target", str(target), "-r", str(LOCK)]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
    )
    try:
        _, told = await asyncio.wait_for(process.communicate(), SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        lines = told.decode(errors="replace").strip().splitlines()
        raise OSError(lines[-1] if lines else f"{command[0]} ended with {process.returncode}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        hashed = sha256()
        while piece := file.read(1 << 20):
            hashed.update(piece)
    return hashed.hexdigest()


if __name__ == "__main__":
    cache = os.environ.get("GUILDHALL_CACHE")
    found = asyncio.run(FontStore(Path(cache) if cache else None).families())
    sys.stdout.write(f"the fonts of PDFs are in {found.folders[-1]}\n")
