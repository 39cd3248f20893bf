"""Words that are numbers, in Russian (every case form) and English, as one pattern a language."""

import re
from functools import cache

from tools.text import Language

# Russian: pattern fragments; endings cover gender, number and case, and stop before unrelated words (сто, not стол).
_ADJ = (
    "(?:ый|ий|ой|ая|ья|ое|ье|ые|ьи|его|ого|ьего|ему|ому|ьему|им|ым|ьим|ом|ем|ьем|ей|ьей|ую|ью|их|ых|ьих|ими|ыми|ьими|"
    "ою|ьею)"
)
_TEENS = "одиннадцат|двенадцат|тринадцат|четырнадцат|пятнадцат|шестнадцат|семнадцат|восемнадцат|девятнадцат"
_TENS = "двадцат|тридцат"
_ROOTS = (
    "одно|двух|двадцати|трех|тридцати|четырех|пяти|шести|семи|восьми|девяти|десяти|сорока|пятидесяти|шестидесяти|"
    "семидесяти|восьмидесяти|девяносто|сто|двухсот|трехсот|четырехсот|пятисот|шестисот|семисот|восьмисот|девятисот"
)
_RU = (
    r"один|одна|одно|одни|одного|одной|одною|одному|одним|одном|одну|одних|одними",
    r"два|две|двух|двум|двумя|три|трех|трем|тремя|четыре|четырех|четырем|четырьмя",
    r"пять|пяти|пятью|шесть|шести|шестью|семь|семи|семью|восемь|восьми|восемью|восьмью|девять|девяти|девятью",
    r"десять|десяти|десятью",
    rf"(?:{_TEENS}|{_TENS})(?:ь|и|ью)",
    r"сорок|сорока|пятьдесят|пятидесяти|пятьюдесятью|шестьдесят|шестидесяти|шестьюдесятью|семьдесят|семидесяти|"
    r"семьюдесятью|восемьдесят|восьмидесяти|восемьюдесятью|восьмьюдесятью|девяносто|девяноста",
    r"сто|ста|сот|стам|стами|стах|двести|двухсот|двумстам|двумястами|двухстах|триста|трехсот|тремстам|тремястами|"
    r"трехстах|четыреста|четырехсот|четыремстам|четырьмястами|четырехстах|"
    r"(?:пять|шесть|семь|восемь|девять)сот|(?:пяти|шести|семи|восьми|девяти)(?:сот|стам|стах)|"
    r"(?:пятью|шестью|семью|восемью|восьмью|девятью)стами",
    r"тысяч(?:а|и|е|у|ей|ью|ам|ами|ах)?|тыщ(?:а|и|е|у|ей|ам|ами|ах)?|тыс|"
    r"миллион(?:а|у|ом|е|ы|ов|ам|ами|ах)?|млн|лям(?:а|ов|ы)?|миллиард(?:а|у|ом|е|ы|ов|ам|ами|ах)?|млрд|"
    r"триллион(?:а|у|ом|е|ы|ов|ам|ами|ах)?|трлн",
    r"ноль|нуль|нол(?:я|ю|ем|е|и|ей|ям|ями|ях)|нул(?:я|ю|ем|е|и|ей|ям|ями|ях)",
    r"полтора|полторы|полутора|полтораста|полутораста|полтинник\w*",
    r"половин(?:а|ы|е|у|ой|ою|ок|кам|ками|ках|ка|ки|ку|кой)?|пол-?(?:года|месяца|дня|часа|недели|квартала|миллиона|"
    r"миллиарда|тысячи|процента)|полгод\w*|полугод\w*",
    r"треть|трети|третью|третей|третям|третями|третях|четверть|четверти|четвертью|четвертей|четвертям|четвертями|"
    r"четвертях|осьмушк\w*",
    r"вдвое|втрое|вчетверо|впятеро|вшестеро|всемеро|ввосьмеро|вдевятеро|вдесятеро|наполовину|надвое|натрое|пополам",
    r"дважды|трижды|четырежды|единожды|стократ\w*|многократн\w*|\w+кратн(?:о|ый|ая|ое|ые|ого|ой|ому|ым|ом|ых|ыми|ую)",
    r"двое|двоих|двоим|двоими|трое|троих|троим|троими|четверо|четверых|четверым|четверыми|пятеро|пятерых|пятерым|"
    r"шестеро|шестерых|семеро|семерых|восьмеро|девятеро|десятеро|вдвоем|втроем|вчетвером|впятером",
    r"оба|обе|обоих|обеих|обоим|обеим|обоими|обеими",
    r"пара|пары|паре|пару|парой|пар|парам|парами|парах|парочк\w*|тройк(?:а|и|е|у|ой)|четверк(?:а|и|е|у|ой)|"
    r"пятерк(?:а|и|е|у|ой)|шестерк\w*|семерк\w*|восьмерк\w*|девятк\w*|"
    r"десят(?:ок|ка|ку|ком|ке|ки|ков|кам|ками|ках)|полдесятка|дюжин\w*|полдюжин\w*|сотн(?:я|и|е|ю|ей|ям|ями|ях)|сотен|"
    r"единиц(?:а|ы|е|у|ей|ам|ами|ах)?",
    rf"перв{_ADJ}|втор{_ADJ}|трет{_ADJ}|третий|четверт{_ADJ}|пят{_ADJ}|шест{_ADJ}|седьм{_ADJ}|восьм{_ADJ}|девят{_ADJ}|"
    rf"десят{_ADJ}|(?:{_TEENS}|{_TENS}){_ADJ}|сороков{_ADJ}|(?:пяти|шести|семи|восьми)десят{_ADJ}|девяност{_ADJ}|"
    rf"сот{_ADJ}|\w+сот{_ADJ}|тысячн{_ADJ}|миллионн{_ADJ}|миллиардн{_ADJ}|нулев{_ADJ}",
    r"во-?первых|во-?вторых|в-?третьих|в-?четвертых|впервые",
    rf"(?:{_ROOTS})-?(?:процентн|месячн|дневн|летн|недельн|часов|значн|этапн|шагов|тысячн|миллионн|кратн)\w*|"
    r"(?:двух|трех|четырех|пяти|шести|семи|восьми|девяти|десяти)\w*(?:месячн|дневн|летн|недельн|процентн)\w*",
    r"удво\w+|утро(?:ил|ит|ен|ивш|ени)\w*|учетвер\w+|удесятер\w+|двойн\w+|тройн\w+|двукратн\w*",
    r"квартет\w*|тандем\w*|дуэт\w*|полсотни|полтысячи|полсотен",
    r"кратно|разы|на порядок|на порядки|(?:одно|дву|трех|четырех|пяти|шести|много)значн\w+|сот[а-я]процентн\w+|n-?н(?:ый|ая|ое|ые|ого|ой)",
)
_EN_DIGITS = "one|two|three|four|five|six|seven|eight|nine"
_EN_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_EN_TENS = "twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety"
_EN = (
    rf"zero|nil|nought|{_EN_DIGITS}|{_EN_TEENS}|{_EN_TENS}|ones|twos|threes|tens|twenties|thirties|forties|fifties|"
    r"sixties|seventies|eighties|nineties",
    r"hundreds?|thousands?|millions?|billions?|trillions?|gazillions?|zillions?|mln|mio|bn|mn",
    r"first|firstly|second|secondly|third|thirds|thirdly|fourth|fourths|fifths?|sixths?|sevenths?|eighths?|ninths?|"
    r"tenths?|elevenths?|twelfths?|\w+teenths?|twentieth|thirtieth|fortieth|fiftieth|sixtieth|seventieth|eightieth|"
    r"ninetieth|hundredths?|thousandths?|millionths?",
    r"half|halves|halved|halving|quarter|quarters|quartile|twice|thrice|double|doubles|doubled|doubling|triple|triples|"
    r"tripled|tripling|treble|trebled|quadruple|quadrupled|quintuple\w*|\w+fold|dozen|dozens|couple|couples|pair|pairs|"
    r"trio|duo|both|single|several|fifty-fifty|nth|umpteen|a score of|scores of|handfuls?|manifold",
)
ROMAN = re.compile(r"(?<![\w-])(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?![\w])")
ROMAN_LOWER = re.compile(r"(?<![\w-])[ivx]{2,}(?![\w])")
ROMAN_CYRILLIC = re.compile(r"(?<!\w)[ІХVXI]{2,}(?!\w)|(?<!\w)І(?!\w)")


@cache
def pattern(language: Language) -> re.Pattern[str]:
    """Matches one number word; the text must be lower case with ё as е."""
    words = _RU if language == "ru" else _EN
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")


def number_words(text: str) -> list[str]:
    """The number words of a text in either language, in order, lower case; Roman numerals among them."""
    plain = text.lower().replace("ё", "е")
    found = [(match.start(), match.group()) for language in ("ru", "en") for match in pattern(language).finditer(plain)]
    cyrillic = any("а" <= letter <= "я" for letter in plain)
    for roman in (ROMAN, ROMAN_LOWER, ROMAN_CYRILLIC):
        found += [(match.start(), match.group()) for match in roman.finditer(text) if match.group() != "I" or cyrillic]
    return [word for _, word in sorted(found)]
