"""How a command ends: 0 for what is true, 1 for what is not, 3 where nobody answered."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from guildhall.cli.connection import Refused, Unreachable
from guildhall.cli.session import Session, connected, exit_on_failure
from guildhall.output import Output
from tests.guildhall.cli.fake_services import FakeServices, refused

COMMAND = "POST benefits/v1/tjtc/issue-gifts"


def test_a_refused_command_ends_with_1_and_the_reason_on_stderr(services: FakeServices) -> None:
    services.answers[COMMAND] = refused(
        409, "programme-closed", "项目已结束", "closed on 2022-03-01"
    )
    done = services.run("command", "tjtc", "benefits/issue-gifts", "{}")
    assert done.exit_code == 1
    assert "项目已结束  (programme-closed, HTTP 409)" in done.stderr
    assert done.stdout == ""


def test_for_a_machine_the_refusal_is_a_document_on_stdout(services: FakeServices) -> None:
    services.answers[COMMAND] = refused(409, "programme-closed", "项目已结束", "closed")
    done = services.run("command", "tjtc", "benefits/issue-gifts", "{}", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["code"] == "programme-closed"


def test_nobody_answering_is_another_status_and_keeps_the_key(services: FakeServices) -> None:
    done = services.run("command", "tjtc", "benefits/issue-gifts", "{}", "--key", "once-only")
    assert done.exit_code == 3
    assert "nobody listens there" in done.stderr
    assert "repeat it with --key once-only" in done.stderr


@pytest.mark.parametrize(
    ("why", "status", "said"),
    [
        (Refused({"title": "题", "code": "c", "detail": "细节"}), 1, "细节"),
        (PermissionError(13, "Permission denied", "/根/文件"), 1, "/根/文件"),
        (Unreachable("nobody at http://x"), 3, "nobody at http://x"),
    ],
)
def test_each_way_of_failing_is_said_and_has_its_status(
    why: Exception, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, exit_on_failure(Output()):
        raise why
    assert ended.value.exit_code == status
    assert said in capsys.readouterr().err


def test_a_failure_of_another_kind_is_ours_and_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), exit_on_failure(Output()):
        raise ZeroDivisionError
    with exit_on_failure(Output()):
        pass


@connected(acts_as="cashier")
def pay(session: Session, amount: int, *, note: str = "无") -> None:
    """Example of a command with an argument and an option of its own."""
    session.connection.bearer()
    session.output.document({"amount": amount, "note": note, "named": session.person_named})
    session.output.say(f"{amount} {note}")
    if not amount:
        session.untrue("没有金额")


def run(services: FakeServices, *arguments: str) -> tuple[int, str, str]:
    app = typer.Typer()
    app.command()(pay)
    done = CliRunner().invoke(app, [*arguments, "--data", str(services.data)])
    return done.exit_code, done.stdout, done.stderr


def test_a_command_keeps_its_own_options_and_acts_as_its_person(services: FakeServices) -> None:
    assert run(services, "7", "--note", "春节") == (0, "7 春节\n", "")
    assert services.person == "cashier"
    code, out, _ = run(services, "7", "--json")
    assert (code, json.loads(out)) == (0, {"amount": 7, "note": "无", "named": False})


def test_another_person_may_act_and_the_command_knows(services: FakeServices) -> None:
    _, out, _ = run(services, "7", "--as", "王会计", "--json")
    assert services.person == "王会计"
    assert json.loads(out)["named"] is True


def test_what_turned_out_not_to_be_so_is_status_1_with_the_reason_on_stderr(
    services: FakeServices,
) -> None:
    code, out, err = run(services, "0", "--note", "亏")
    assert (code, out, err) == (1, "0 亏\n", "✗ 没有金额\n")


def test_without_a_stack_nobody_is_reached(services: FakeServices, tmp_path: Path) -> None:
    services.data = tmp_path / "elsewhere"
    code, out, err = run(services, "7")
    assert (code, out) == (3, "")
    assert f"guildhall up --data {services.data}" in err
