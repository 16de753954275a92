"""A form with a file: what a browser sends is read, what else there is is refused."""

import httpx
import pytest

from services.console.multipart import Part, parts_of
from shared.errors import Invalid

BYTES = b"PK\x03\x04\r\n--x\r\n\r\n\x00\xff"


def sent(**files: tuple[str, bytes]) -> tuple[str, bytes]:
    request = httpx.Request("POST", "http://x", data={"kind": "staff"}, files=files)
    return request.headers["content-type"], request.read()


def test_the_bytes_of_a_file_are_what_they_were() -> None:
    found = parts_of(*sent(file=("签收表.xlsx", BYTES)))
    assert found == {"kind": Part("", b"staff"), "file": Part("签收表.xlsx", BYTES)}


def test_a_file_has_no_folders_in_its_name() -> None:
    assert parts_of(*sent(file=("C:\\x\\a.csv", b"1")))["file"].file == "a.csv"
    said, body = sent(file=("../a_.csv", b"1"))
    assert parts_of(said, body.replace(b"a_", b"a\x07"))["file"].file == "a.csv"


@pytest.mark.parametrize("cut", [6, 20, 60])
def test_a_form_that_is_cut_is_refused(cut: int) -> None:
    said, body = sent(file=("a.csv", b"1,2"))
    for wrong in (body[:-cut], body[cut:]):
        with pytest.raises(Invalid):
            parts_of(said, wrong)


@pytest.mark.parametrize(
    "said", ["", "text/plain", "multipart/form-data", "multipart/mixed; boundary=x"]
)
def test_what_is_no_such_form_is_refused(said: str) -> None:
    with pytest.raises(Invalid):
        parts_of(said, b"--x\r\n")


def test_a_field_twice_and_one_without_a_name_are_refused() -> None:
    one = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    for wrong in (one + one, one.replace(b'name="a"', b""), one * 30):
        with pytest.raises(Invalid):
            parts_of("multipart/form-data; boundary=x", wrong + b"--x--\r\n")
