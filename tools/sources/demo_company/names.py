"""Invented names, taxpayer numbers and places; none belongs to a real company or person."""

from tools.sources.demo_company.calendar import stream

MASCULINE = ("склад", "причал", "комбинат", "завод", "маяк", "квартал", "экспресс", "двор", "мост", "терминал")
FEMININE = ("фабрика", "мельница", "база", "верфь", "лавка", "пекарня", "мануфактура", "станция", "сыроварня", "артель")
ADJECTIVES = (
    ("Северный", "Северная"),
    ("Лунный", "Лунная"),
    ("Пряничный", "Пряничная"),
    ("Янтарный", "Янтарная"),
    ("Тихий", "Тихая"),
    ("Медный", "Медная"),
    ("Облачный", "Облачная"),
    ("Брусничный", "Брусничная"),
    ("Берёзовый", "Берёзовая"),
    ("Кедровый", "Кедровая"),
    ("Снежный", "Снежная"),
    ("Полынный", "Полынная"),
    ("Каменный", "Каменная"),
    ("Озёрный", "Озёрная"),
    ("Вечерний", "Вечерняя"),
    ("Малиновый", "Малиновая"),
)
FIRST = "ООО «Северный склад»"
PLACES = ("Новоозёрск", "Верхнереченск", "Старобережный", "Нижнелипск", "Краснохолмье", "Дальнеключинск")
REGIONS = (
    "Москва",
    "Санкт-Петербург",
    "Московская область",
    "Свердловская область",
    "Татарстан",
    "Новосибирская область",
    "Краснодарский край",
    "Самарская область",
    "Пермский край",
    "Нижегородская область",
)
INDUSTRIES = ("Оптовая торговля", "Розница", "Производство", "Логистика", "Услуги", "Пищевая промышленность")


def names(count: int) -> tuple[tuple[str, str], ...]:
    """Legal form and name of ``count`` clients, all different; the first one is always ООО «Северный склад»."""
    pairs = [(adjective[0], noun) for adjective in ADJECTIVES for noun in MASCULINE]
    pairs += [(adjective[1], noun) for adjective in ADJECTIVES for noun in FEMININE]
    pairs.remove(("Северный", "склад"))
    stream("names").shuffle(pairs)
    shown = [("ООО", FIRST)]
    for number, (adjective, noun) in enumerate(pairs[: count - 1], start=1):
        if number % 17 == 5:
            shown.append(("ГБУЗ", f"ГБУЗ «Поликлиника № {900 + number}, {PLACES[number % len(PLACES)]}»"))
        else:
            form = "АО" if number % 11 == 3 else "ИП" if number % 7 == 2 else "ООО"
            shown.append((form, f"{form} «{adjective} {noun}»"))
    return tuple(shown)


def inn(form: str, number: int) -> str:
    """A taxpayer number of the unassigned region 97 with right check digits: 10 digits, 12 for ИП."""
    if form == "ИП":
        body = f"9700{number * 7 + 100000:06d}"
        body += _check(body, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8))
        return body + _check(body, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))
    body = f"970{number * 7 + 100000:06d}"
    return body + _check(body, (2, 4, 10, 3, 5, 9, 4, 6, 8))


def industry(form: str, number: int) -> str:
    """Industry of a client; ГБУЗ are clinics."""
    return "Медицина" if form == "ГБУЗ" else INDUSTRIES[(number * 5 + number // 6) % len(INDUSTRIES)]


def _check(body: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11 % 10)
