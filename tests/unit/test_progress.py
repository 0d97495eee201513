"""Long reads say how far they are; short ones keep quiet."""

from itertools import count

import pytest

from cli.progress import counting


@pytest.mark.parametrize(("step", "said"), [(0.1, ""), (0.6, "Reading records ...\n")])
def test_what_takes_over_a_second_says_so_once(
    capsys: pytest.CaptureFixture[str], step: float, said: str
) -> None:
    """On the standard error, in one line where that is no terminal; the items are untouched."""
    ticks = count()

    found = list(counting(range(5), "records", clock=lambda: step * next(ticks)))

    assert found == [0, 1, 2, 3, 4]
    assert capsys.readouterr() == ("", said)


def test_a_terminal_shows_the_count(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It changes in place, on the standard error; results stay alone on the standard output."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    ticks = count()

    found = list(counting(range(1_200), "records", clock=lambda: 2.0 * next(ticks)))
    out, err = capsys.readouterr()

    assert len(found) == 1_200
    assert out == ""
    assert "Reading records: 1,200" in err
