"""Bodies the API tests send."""

from typing import Any

from shared.testing.http import InProcess


def person_id(number: int) -> str:
    """The id of the test's person of this number."""
    return f"p-test{number:04d}"


def staff(count: int, first: int = 1, **fields: Any) -> dict[str, Any]:
    """A register-staff body of `count` people, numbered from `first`, every third a man."""
    return {
        "people": [
            {
                "person_id": person_id(number),
                "employee_no": f"A-{number:04d}",
                "name": f"职工{number}",
                "gender": "male" if number % 3 == 0 else "female",
                "birth_month": number % 12 + 1,
                "registered_on": "2015-09-01",
                **fields,
            }
            for number in range(first, first + count)
        ]
    }


def admissions(*numbers: int, **fields: Any) -> dict[str, Any]:
    """An admit-members body of the people of these numbers."""
    row = {"joined_on": "2016-01-01", "kind": "new", **fields}
    return {"people": [{"person_id": person_id(number), **row} for number in numbers]}


CHANGE_DEPARTMENT: dict[str, Any] = {
    "reason": "moved",
    "people": [{"person_id": person_id(1), "department": "财务处", "changed_on": "2022-05-01"}],
}


async def with_members(union: InProcess, count: int) -> InProcess:
    """The union with `count` people in post, all of them members."""
    for name, body in (
        ("register-staff", staff(count)),
        ("admit-members", admissions(*range(1, count + 1))),
    ):
        answer = await union.command(name, body)
        assert answer.status_code == 201, answer.text
    return union
