import readme_transcript


def test_the_readme_shows_what_the_demo_prints() -> None:
    """The transcript in the README is what `studio-hub demo` prints today (`make readme`)."""
    _, shown, _ = readme_transcript.parts()

    assert shown == readme_transcript.transcript()
