"""A name as those see it who need not know it: 石*婷. Made here, so that no name leaves for it."""

COMPOUND = frozenset({
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文", "长孙",
    "司徒", "夏侯", "端木", "独孤", "南宫", "轩辕", "百里", "呼延", "闻人", "申屠", "公冶", "太史",
})  # fmt: skip
"""Surnames of two characters, as in the Hundred Family Surnames (百家姓)."""


def masked(name: str) -> str:
    """The surname, and of three characters or more the last one. A name that is not of Chinese
    characters alone (阿依古丽·买买提, Anna Li) shows its first."""
    plain = "".join(name.split())
    if not plain:
        return "*"
    if not all("\u3400" <= each <= "\u9fff" or each >= "\U00020000" for each in plain):
        return f"{plain[0]}*"
    surname = 2 if plain[:2] in COMPOUND and len(plain) > 2 else 1
    given = len(plain) - surname
    if given <= 0:
        return "*"
    return plain[:surname] + ("*" if given == 1 else "*" * (given - 1) + plain[-1])
