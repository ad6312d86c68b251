"""Names, normal form, pinyin, bigrams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.kernel.errors import Invalid
from zhiyin.kernel.text import bigrams, clean_name, initials, normalise, sort_key


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ＡＢＣ　１２３", "ABC 123"),
        ("你好，世界！（一）", "你好，世界！（一）"),
        ("  a \t b\r\n c \u200b ", "a b\nc"),
        ("ｎａｍｅ＠ｑｑ．com", "name@qq．com"),
        ("e\u0301", "é"),
        ("\uf9d1", "\uf9d1"),
    ],
)
def test_normalise(typed: str, stored: str) -> None:
    assert normalise(typed) == stored


@given(st.text())
def test_normalise_is_idempotent(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("张 三", "张三"),
        (" 王　芳 ", "王芳"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("古丽 ・ 热合曼", "古丽·热合曼"),
        ("𠮷田〇", "𠮷田〇"),
        ("䶮\U00030edd\U0003347f", "䶮\U00030edd\U0003347f"),
        ("Jean-Luc  O’Neil", "Jean-Luc O'Neil"),
        ("ＬＩ", "LI"),
        ("བཀྲ་ཤིས".replace("་", ""), "བཀྲ་ཤིས".replace("་", "")),
    ],
)
def test_clean_name(typed: str, stored: str) -> None:
    assert clean_name(typed) == stored


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "请填写姓名"),
        ("   ", "请填写姓名"),
        ("张3", "数字“3”"),
        ("张③", "数字“③”"),
        ("张😀", "不能有“😀”"),
        ("张\ue863", "自造字"),
        ("张@三", "不能有“@”"),
        ("张，三", "不能有“，”"),
        ("赵" * 51, "最长 50 个字，您填写了 51 个"),
        ("··", "至少要有一个字"),
    ],
)
def test_clean_name_says_what_is_wrong(typed: str, complaint: str) -> None:
    with pytest.raises(Invalid, match=complaint) as caught:
        clean_name(typed)
    assert list(caught.value.errors) == [""]


@given(st.text(max_size=60))
def test_a_cleaned_name_is_clean(text: str) -> None:
    try:
        name = clean_name(text)
    except Invalid:
        return
    assert clean_name(name) == name
    assert 1 <= len(name) <= 50


@pytest.mark.parametrize(
    ("name", "key", "letters"),
    [
        ("单雄信", "shan xiong xin", "sxx"),
        ("单于飞", "chan yu fei", "cyf"),
        ("查良镛", "zha liang yong", "zly"),
        ("解缙", "xie jin", "xj"),
        ("仇英", "qiu ying", "qy"),
        ("区大为", "ou da wei", "odw"),
        ("任正非", "ren zheng fei", "rzf"),
        ("曾国藩", "zeng guo fan", "zgf"),
        ("翟天临", "zhai tian lin", "ztl"),
        ("欧阳修", "ou yang xiu", "oyx"),
        ("尉迟恭", "yu chi gong", "ycg"),
        ("万俟卨", "mo qi xie", "mqx"),
        ("长孙无忌", "zhang sun wu ji", "zswj"),
        ("吕布", "lv bu", "lb"),
        ("沈重", "shen zhong", "sz"),
        ("买买提·艾力", "mai mai ti ai li", "mmtal"),
        ("John Smith", "john smith", "js"),
        ("李Anna", "li anna", "la"),
    ],
)
def test_sort_key_and_initials(name: str, key: str, letters: str) -> None:
    assert sort_key(name) == key
    assert initials(name) == letters


def test_an_ideograph_without_reading_stands_for_itself() -> None:
    assert sort_key("王\U0003347f") == "wang \U0003347f"
    assert sort_key("") == initials("") == ""


@given(st.text(max_size=30))
def test_sort_keys_are_lower_case_with_single_spaces(text: str) -> None:
    key = sort_key(text)
    assert key == " ".join(key.split())
    assert len(initials(text)) == len(key.split())


def test_bigrams() -> None:
    assert bigrams("职业指导") == "职 业 指 导 职业 业指 指导"
    assert bigrams("Ｐｙｔｈｏｎ 开发，Java 8") == "python 开 发 开发 java 8"
    assert bigrams("人人") == "人 人人"
    assert bigrams("，。！") == ""


@given(st.text(alphabet="职业指导员ab1 ，", max_size=20))
def test_any_two_neighbouring_ideographs_are_found(text: str) -> None:
    tokens = bigrams(text).split()
    assert len(tokens) == len(set(tokens))
    pairs = [text[at : at + 2] for at in range(len(text) - 1) if set(text[at : at + 2]) <= set("职业指导员")]
    assert set(pairs) <= set(tokens)
