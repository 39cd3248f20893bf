"""Words and shapes of time: units, numbers, months, quarters, days, as patterns."""

import re
from collections.abc import Mapping

UNIT = (
    r"(?:(?P<day>дн\w*|день|days?)|(?P<week>недел\w*|weeks?)|(?P<month>месяц\w*|мес|months?)|"
    r"(?P<quarter>квартал\w*|quarters?)|(?P<half>полугоди\w*|полгода|half[- ]years?|half a year)|(?P<year>год\w*|лет|years?))\b"
)
FULL = r"(?:(?:полн|календарн|full|calendar|complete|whole)\w* )?"
LENGTHS: Mapping[str, tuple[str, int]] = {
    "day": ("D", 1), "week": ("D", 7), "month": ("M", 1), "quarter": ("M", 3), "half": ("M", 6), "year": ("M", 12),
}  # fmt: skip
NUMBERS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "один одну одного one a", "два две двух two", "три трех three", "четыре четырех four", "пять пяти five",
            "шесть шести six", "семь семи seven", "восемь восьми eight", "девять девяти nine", "десять десяти ten",
            "одиннадцать одиннадцати eleven", "двенадцать двенадцати twelve", "тринадцать тринадцати thirteen",
            "четырнадцать четырнадцати fourteen", "пятнадцать пятнадцати fifteen", "шестнадцать шестнадцати sixteen",
            "семнадцать семнадцати seventeen", "восемнадцать восемнадцати eighteen", "девятнадцать девятнадцати nineteen",
            "двадцать двадцати twenty",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
NUMBER = rf"(?P<n>\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
MONTHS = (
    r"январ\w*|january|jan", r"феврал\w*|february|feb", r"март\w*|march|mar", r"апрел\w*|april|apr", r"ма(?:[йяею]|ем|йск\w+)|may",
    r"июн\w*|june|jun", r"июл\w*|july|jul", r"август\w*|august|aug", r"сентябр\w*|september|sept?",
    r"октябр\w*|october|oct", r"ноябр\w*|november|nov", r"декабр\w*|december|dec",
)  # fmt: skip
MONTH = re.compile(rf"\b(?P<before>(?:за|в|во|с|со|по|до|к|на|in|for|of|from|to|until|since|during|across|over|throughout|the) )?(?:{'|'.join(f'({name})' for name in MONTHS)})\b,?(?= (?P<year>20\d\d))?")  # fmt: skip
#: A month that says by its own form that it is one: “May's revenue”, «мартовский отток».
OWN = re.compile(r"\w+ск(?:ий|ая|ое|ие|ого|ой|их|ому|им|ими|ую|ом)\b|\w+['’]s\b")
ORDINAL = r"(?P<one>1|i|перв\w+|first)|(?P<two>2|ii|втор\w+|second)|(?P<three>3|iii|трет\w+|third)|(?P<four>4|iv|четверт\w+|fourth|forth)"
PART = re.compile(
    rf"\b(?:{ORDINAL})(?:st|nd|rd|th|-?(?:й|ый|ой|ий|м|ом|ем|е|го))? (?:(?P<q>квартал(?:ом|[еу])?\b|кв\b|(?<=го )квартала\b|(?<=[iv] )квартала\b|quarter\b)|(?P<h>полугоди[еиюя]\b|half\b(?! a)))|"
    r"\b(?:20\d\d[- ]?)?(?P<kind>q|h)(?P<place>[1-4])\b"
)
DAY = r"(?:(\d{1,2})\.(\d{1,2})\.(20\d\d)|(20\d\d)-(\d\d)-(\d\d))"
YEAR = re.compile(r"(?<![\d.])(20\d\d)(?![\d.]*\d)(?! ?(?:клиент|руб|тыс|[₽$€%]|clients?|customers?|accounts?))")
BESIDE = re.compile(
    r"\b(?:против|по сравнению с|сравн\w+|относительно|чем|и|или|с|vs|versus|against|compar\w+|than|and|or|with|between|next to|alongside|рядом)\b|&"
)
SINCE = r"\b(?:с|со|начиная с|since|from)"
#: What compares with what stands after it: «сравни с 2024».
COMPARED = re.compile(r"\b(?:сравн\w+|разниц\w+|рядом)(?: \w+)? $")
OPENING = ("с", "со", "from", "since")
SEASON = re.compile(
    r"\b(?:за|этой|эту|прошл\w+|последн\w+|всю|this|last|in|during|over|the|весной|летом|осенью|зимой)?\s?"
    r"(?:(?P<winter>зим[аойуеы]{1,2}|winter)|(?P<spring>весн[аойуеы]{1,2}|spring)|(?P<summer>лет(?:о|ом)|summer)|(?P<autumn>осен(?:ь|и|ью)|autumn|in the fall))\b"
    r"(?! (?:кампани|акци|campaign|promo))"
)
NAMED = "|".join(MONTHS)
ENGLISH = "|".join(name for month in MONTHS for name in month.split("|") if name.isascii() and name.isalpha())
#: One month to another: “November 2025 through January 2026”, «март–май», “between April and June”.
BETWEEN = re.compile(
    rf"\b(?:между|between) ({NAMED})( 20\d\d)? (?:и|and) ({NAMED})( 20\d\d)?\b|"
    rf"(?:\b(?:с|со|за|в|in|from|over|for|during|across) )?\b({NAMED})( 20\d\d)?(?: ?[-–—] ?| (?:to|through|thru|till?|until|по) )({NAMED})( 20\d\d)?\b"
)
_DAY_WORDS = (
    ("перв", "first"), ("втор", "second"), ("треть", "third"), ("четверт", "fourth"), ("пят", "fifth"), ("шест", "sixth"),
    ("седьм", "seventh"), ("восьм", "eighth"), ("девят", "ninth"), ("десят", "tenth"), ("одиннадцат", "eleventh"),
    ("двенадцат", "twelfth"), ("тринадцат", "thirteenth"), ("четырнадцат", "fourteenth"), ("пятнадцат", "fifteenth"),
    ("шестнадцат", "sixteenth"), ("семнадцат", "seventeenth"), ("восемнадцат", "eighteenth"), ("девятнадцат", "nineteenth"),
    ("двадцат", "twentieth"),
    *((f"двадцать {ru}", f"twenty[ -]{en}") for ru, en in (
        ("перв", "first"), ("втор", "second"), ("треть", "third"), ("четверт", "fourth"), ("пят", "fifth"),
        ("шест", "sixth"), ("седьм", "seventh"), ("восьм", "eighth"), ("девят", "ninth"))),
    ("тридцат", "thirtieth"), ("тридцать перв", "thirty[ -]first"),
)  # fmt: skip
#: The days of a month in words, from the first to the thirty-first.
ORDINAL_DAYS = tuple(
    re.compile(
        rf"(?<!двадцать )(?<!тридцать )\b{ru}(?:ого|ое|ому|его|е|ему|ым|им)\b (?=(?:январ|феврал|март|апрел|ма|июн|июл|август|сентябр|октябр|ноябр|декабр)[яа]\b)|"
        rf"(?<!twenty[ -])(?<!thirty[ -])\b{en} of (?=(?:{ENGLISH})\b)"
    )
    for ru, en in _DAY_WORDS
)
#: A day of a month in words, in either order: «1 февраля», “February 1st”.
DATED = re.compile(
    r"\b(?:(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|-?го)?(?: of)? "
    rf"(?P<month>(?:январ|феврал|март|апрел|июн|июл|август|сентябр|октябр|ноябр|декабр)[яа]|мая|{ENGLISH})\b|"
    rf"(?P<first>{ENGLISH}) (?:the )?(?P<after>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?\b(?! ?[:%.]\d))(?:,? (?P<year>20\d\d))?"
)
NUMBERED = re.compile(r"\b(?:(?P<month>0[1-9]|1[0-2])\.(?P<year>20\d\d)|(?P<iso>20\d\d-(?:0[1-9]|1[0-2])))\b")
MANY = re.compile(r"(?:дни|ие недели|месяцы|кварталы|полугодия|годы|days|weeks|months|quarters|years)$")
THIS = re.compile(rf"\b(?:эт(?:от|ом|ого|у|ой)|текущ\w+|this|current) {FULL}{UNIT}")
BEFORE = re.compile(rf"\b(?:(?:прошл|предыдущ)\w+|previous|prior) {FULL}{UNIT}")
DAYS = re.compile(
    rf"\b(?:с|от|from|between|за)? ?(?:the )?(\d{{1,2}}) ?(?:по|до|to|and|[-–—]) ?(\d{{1,2}}) ({NAMED})\b"
)
_YEARS = (
    ("перв", "one"),
    ("втор", "two"),
    ("треть", "three"),
    ("четверт", "four"),
    ("пят", "five"),
    ("шест", "six"),
    ("седьм", "seven"),
    ("восьм", "eight"),
)
WRITTEN = (
    (re.compile(r"\b(20\d\d) ?г\b\.?"), r"\1 год"),
    *(
        (re.compile(rf"\bдве тысячи двадцать {ru}\w+|\btwenty[ -]twenty[ -]{en}\b"), f"202{n}")
        for n, (ru, en) in enumerate(_YEARS, 1)
    ),
    *((re.compile(rf"\bдвадцать {ru}\w+ год\w*"), f"202{n} год") for n, (ru, _en) in enumerate(_YEARS, 1)),
    (re.compile(r"\b([qh][1-4]) ?['’](2\d)\b"), r"\1 20\2"),
    (
        re.compile(
            r"\b([qh][1-4]) ?(2[2-9])\b(?=\W*(?:$|[,.;:?!)]| (?:vs|and|to|through|against|by|for|и|по|против|к)\b))"
        ),
        r"\1 20\2",
    ),
    (re.compile(r"\b([1-4])(q|h) ?['’]?(?:20)?(2\d)\b"), r"\2\1 20\3"),
    (re.compile(r"\bfy ?['’]?(?:20)?(2\d)\b"), r"20\1"),
    (re.compile(r"\b(20\d\d)/(0[1-9]|1[0-2])\b"), r"\1-\2"),
    (re.compile(r"(?<![\d/.])(0[1-9]|1[0-2])/(2\d)\b(?![\d/])"), r"\1.20\2"),
    (re.compile(rf"\b({NAMED}) ?['’](2\d)\b"), r"\1 20\2"),
    (re.compile(rf"\b({NAMED}) (2\d)(?:-?го| год\w*)\b"), r"\1 20\2"),
    (re.compile(r"(?<=\bin )['’](2\d)\b"), r"20\1"),
    (re.compile(r"\b(зим\w+|winter)( of)? 20\d\d ?[-–/] ?(?:20)?(\d\d)\b"), r"\1 20\3"),
    (
        re.compile(
            r"\b(?:последн\w+ |прошедш\w+ |the |last |past )*(?:полтор\w+ (?:год\w*|лет)|(?:a )?year and a half)"
        ),
        "за 18 месяцев",
    ),
    (
        re.compile(
            r"\b(?:последн\w+ |прошедш\w+ |the |last |past )*(?:два|двух|two) (?:с половиной (?:год\w*|лет)|and a half years)"
        ),
        "за 30 месяцев",
    ),
    (
        re.compile(
            r"\b(?:a )?(?:couple of|пар[аыеу]) (?=(?:полн\w+ |full )?(?:дн|недел|месяц|квартал|лет|day|week|month|quarter|year))"
        ),
        "2 ",
    ),
    (re.compile(r"\bпредпоследн\w+ (?=(?:год|квартал|месяц|полугоди)\w*(?! (?:в )?20))"), "позапрошлый "),
    (
        re.compile(
            rf"(?<!\bс )(?<!\bсо )\b({NAMED}|20\d\d(?: год\w*)?|[1-4] квартал\w*|q[1-4]) к ({NAMED}|20\d\d|[1-4]\b|q[1-4])"
        ),
        r"\1 против \2",
    ),
    (
        re.compile(r"\b(перв|втор|трет|четверт)(\w+) квартал\w* к (перв|втор|трет|четверт)(\w+)\b(?! клиент)"),
        r"\1ый квартал против \3ый квартал",
    ),
    (re.compile(r"\b([1-4]) ?кв\.?(?:артал)? ?['’]?(\d\d)\b(?!\d)"), r"\1 кв 20\2"),
    (re.compile(r"\b([1-4]) ?кв\.? ?(20\d\d)\b"), r"\1 кв \2"),
    (re.compile(r"\b(0[1-9]|1[0-2])/(20\d\d)\b"), r"\1.\2"),
    (
        re.compile(
            r"\bза (?:(?:весь|календарный|полный) )*(\d\d)(?:-?й)? год\b|\bза (?:(?:весь|календарный|полный) )*(2\d)-й\b"
        ),
        r"за 20\1\2 год",
    ),
    (re.compile(rf"\b(начала|конца|конец|в) (2\d)-(?:го|м)\b(?! (?:{NAMED}|числ\w*|день|дня))"), r"\1 20\2 года"),
    (re.compile(rf"\b({NAMED})[-'’](2\d)\b"), r"\1 20\2"),
    (re.compile(rf"\b((?:end|close) of (?:{NAMED})) (2\d)\b(?!\d)"), r"\1 20\2"),
    (
        re.compile(
            r"\b(последн\w+|скользящ\w+|last|past|trailing|rolling|previous) (\d{1,2}) ?[mм]\b(?! ?(?:[₽$€]|руб|rub|rou|dollar))"
        ),
        r"\1 \2 months",
    ),
    (
        re.compile(r"\b(перв|втор)\w+ половин\w+(?= (?:20\d\d|(?:(?:поза)?прошл\w+ |эт\w+ |текущ\w+ )?год\w*\b))"),
        r"\1ое полугодие",
    ),
    (
        re.compile(
            rf"\b(\d{{1,2}}|{'|'.join(NUMBERS)}) (последн\w+|прошедш\w+) (?=дн|недел|месяц|квартал|полугод|год|лет)"
        ),
        r"\2 \1 ",
    ),
)
BUT_ONE = re.compile(r"\b(?:the )?(quarter|month|half[- ]year|year) before last\b")
LAST_BUT_ONE = re.compile(rf"\bпозапрошл\w+ {FULL}{UNIT}")
#: “Last year” is the calendar year before; “the last year” the twelve months that end with the data.
LAST_YEAR = re.compile(r"(?<!the )(?<!our )\blast (?:(?P<year>year)|(?P<week>week))\b")
LAST = re.compile(
    rf"\b(?:(?:последн|прошедш|истекш|прошл|предыдущ|скользящ|крайн)\w+|last|final|past|previous|prior|trailing|rolling) (?:{NUMBER}[ -])?{FULL}{UNIT}"
)
OVER = re.compile(rf"\b(?:за|over|during|for)(?: the| весь| целый)? (?:{NUMBER}[ -])?{FULL}{UNIT}")
LONG = re.compile(rf"\b{NUMBER}-{UNIT}")
FIRST = re.compile(rf"\b(?:перв\w+|first|топ|top|bottom|худш\w+|лучш\w+|best|worst)[ -](?:{NUMBER}[ -])?{FULL}{UNIT}")
#: The first or the last months of a year: «за первые три месяца 2026-го», “the last two months of last year”.
OF_YEAR = re.compile(
    rf"\b(?:(?P<first>перв\w+|first)|последн\w+|final|last) {NUMBER} (?:месяц\w*|months?),? (?:(?:of|in|в) )?(?:the )?"
    r"(?:(?:года |year )?(?P<year>20\d\d)|(?:этого|текущего|this|current) (?:года|year)|(?P<last>прошлого|last|previous) (?:года|year)|"
    r"(?<=of the )year\b(?! (?:20|over|on|before|to))|года\b(?! 20))"
)
TO_DATE = re.compile(
    r"\bс начала (?:этого |текущего )?года|since the (?:start|beginning) of (?:this |the )?year|year[ -]to[ -]date|\bytd\b|\bс нового года|since (?:the )?new year"
)
NOW = re.compile(
    r"\b(?:на сегодня(?:шн\w+ день)?|на (?:текущий|данный) момент|по сей день|по сегодня|as of (?:today|now)|at the moment|right now)\b"
)
#: Times that are named but are no window that rules know: better said than guessed.
UNCLEAR = re.compile(
    r"(?<!чем год )\bназад\b|(?<!than a year )\bago\b|"
    rf"\b(?:на|в|к|с|до|at|by|before|in) (?:the )?(?:самое |самом )?(?:начал\w*|конец|конц[аеу]|середин\w+|beginning|start|end|middle)\b(?! (?:года по|of the year to))(?<!с начала)|"
    r"\b(?:since|from|until|till|after) (?:the )?(?:end|middle|close) of\b|"
    rf"\b(?:после|after|before|до начала|ahead of) (?:the )?(?:{NAMED})\b|"
    rf"\b(?:last|next|прошл\w+|следующ\w+) (?:{NAMED})\b|"
    rf"\b(?:день|дня|недел\w+|half|половин\w+|week|day)s? (?:of |в )?(?:{NAMED})\b|\b(?:год|квартал|месяц|полугоди|year|quarter|month|half)\w*,? (?:закончи\w+|завершивш\w+|ending|ended) (?:в|in) |"
    r"\b(?:той? же|такой же|тот же|то же|аналогичн\w+|соответствующ\w+|the same|same|corresponding|equivalent) (?:период\w*|квартал\w*|месяц\w*|полугоди\w*|period|quarter|month|half)(?: (?:of )?(?:прошл\w+|предыдущ\w+|last|the previous))|"
    rf"\bmid[- ](?:(?:{NAMED})\b|20\d\d)|(?:^|[,;:(] ?|\b(?:in|since|from|to|until|by|of|during|for|through) )(?:early|late) (?:(?:{NAMED})\b|20\d\d|last year|this year|q[1-4])|\b(?:early|late) (?:(?!may\b|mar\b|march\b)(?:"
    + NAMED
    + r")\b|20\d\d)|(?<!paid )(?<!pays )(?<!pay )(?<!paying )(?<!were )(?<!was )(?<!are )(?<!is )(?<!renewed )(?<!invoices )(?<!payments )\b(?:early|late) (?:last|this) (?:year|quarter)|"
    r"\b(?:after|before|до|после) (?:the )?\d{1,2}(?:st|nd|rd|th)? (?:"
    + NAMED
    + r")|\b(?:after|before) (?:"
    + NAMED
    + r") \d|"
    r"\b(?:финансов\w+ год|fiscal year)|\b(?:за выходные|over the weekend|за праздники|over the holidays)|"
    r"\b(?:с|со|since|from) (?:понедельника|вторника|среды|четверга|пятницы|субботы|воскресенья|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\W*$|"
    r"\bс половиной (?:месяц|недел|квартал)|and a half (?:months|weeks|quarters)|\b(?:last|past|recent) (?:few|several) (?:days|weeks|months|quarters|years)|"
    r"\d[.,]\d (?:год|лет|месяц|year|month)|\bсто дней\b|\b(?:сейчас|сегодня|now|today) (?:против|по сравнению|vs|versus|against|compared)"
)
OTHER = re.compile(
    r"\b(?:вчера|позавчера|сегодня|yesterday|today)\b|\b(?:since|с тех пор)\b|\bполтора (?:месяц|год)|year and a half"
)
ROLLING = (
    (re.compile(r"\b(?:monthly(?! (?:recurring|revenue|fee|subscription|payment))|over the month)\b"), "month"), (re.compile(r"\b(?:[lt]tm|twelve months)\b|\b(?:than|чем) (?:a |the )?(?:year ago|год назад)|\b(?:compared (?:to|with)|против|с) (?:a |the )?(?:year ago|год\w* назад)"), "year"),
)  # fmt: skip
#: A period alone at the end: “Net revenue retention, the year”.
BARE = re.compile(
    r"[,;?…–—-] ?(?:за |the )?(?:(?P<month>месяц|month)|(?P<quarter>квартал|quarter)|(?P<year>год|year))\W*$"
)
