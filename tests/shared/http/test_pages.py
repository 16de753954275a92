"""Every list is answered as a page."""

from shared.http.pages import page

ITEMS = [{"id": "a"}, {"id": "b"}]


def test_a_full_page_names_the_next_and_a_short_one_is_the_last() -> None:
    assert page(ITEMS, 2, "id") == {"items": ITEMS, "next": "b"}
    assert page(ITEMS, 3, "id") == {"items": ITEMS, "next": None}
    assert page([], 3, "id") == {"items": [], "next": None}
