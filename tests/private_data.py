"""A synthetic corpus of names and personal data in sentences of a manager, made from a seed; each entity is one to hide."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.models.identifiers import account_fits, is_card, is_inn, is_ogrn, is_snils

ROOTS = (
    "Ромашка Вектор Север Альтаир Прометей Меридиан Горизонт Кристалл Сириус Феникс Каскад Импульс Спектр Орион Титан "
    "Аврора Магнит Парус Родник Созвездие Восход Заря Лидер Гранит Маяк Рубин Сапфир Янтарь Березка Тополь Калина"
).split()
TAILS = ("", " Плюс", " Трейд", " Сервис", " Логистик", " и партнеры", "-Юг", " Групп")
FORMS = ("ООО «{}»", "АО «{}»", "ПАО «{}»", "ЗАО «{}»", "{}", "ГБУЗ «{}»")
LATIN = ("Acme", "Globex", "Initech", "Umbrella", "Hooli", "Vandelay", "Soylent", "Wonka", "Cyberdyne", "Tyrell")
CASES: dict[str, tuple[str, ...]] = {"а": ("ы", "е", "у", "ой"), "й": ("я", "ю", "ем", "е"), "": ("а", "у", "ом", "е")}
SURNAMES = "Иванов Петров Сидоров Кузнецов Смирнов Соколов Лебедев Морозов Волков Зайцев".split()
FIRST = (
    ("Иван", "Петрович"),
    ("Сергей", "Александрович"),
    ("Дмитрий", "Ильич"),
    ("Олег", "Николаевич"),
    ("Павел", "Андреевич"),
)
WOMEN = (("Анна", "Сергеевна"), ("Ольга", "Викторовна"), ("Мария", "Ильинична"), ("Елена", "Павловна"))


@dataclass(frozen=True)
class Case:
    """A sentence with one thing to hide: the thing as it stands, its kind, and whether it is a name."""

    text: str
    secret: str
    kind: str


def company_names(random_: random.Random, count: int) -> list[str]:
    """Names of clients as a portfolio has them, all different."""
    made: dict[str, None] = {}
    while len(made) < count:
        root = random_.choice([*ROOTS, *LATIN])
        made[random_.choice(FORMS).format(f"{root}{random_.choice(TAILS)}")] = None
    return list(made)


def corpus(seed: int, count: int, names: list[str]) -> Iterator[Case]:
    """So many sentences, the kinds in turn; every second one with a name of a client or a person."""
    random_ = random.Random(seed)
    makers: list[tuple[str, Callable[[random.Random], str], tuple[str, ...]]] = [
        ("INN", inn, ("ИНН {}", "инн: {}", "Найдите клиента {} по номеру", "tax id {}", "ИНН {}, что у них с оплатой?")),
        ("KPP", kpp, ("КПП {}", "кпп: {}", "у них KPP {}")),
        ("OGRN", ogrn, ("ОГРН {}", "регистрационный номер {}", "OGRN {}")),
        ("SNILS", snils, ("СНИЛС {}", "снилс сотрудника {}", "номер {} — чей он?")),
        ("PASSPORT", passport, ("паспорт {}", "паспорт серия {}", "Его паспорт: {}")),
        ("CARD", card, ("карта {}", "оплата с карты {}", "card {} was declined", "списали с {}")),
        ("BANK", bank, ("р/с {}", "расчётный счёт {}", "перевели на {}", "account {}")),
        ("BIK", lambda r: f"0445{r.randrange(10**5):05d}", ("БИК {}", "бик: {}", "bik {}")),
        ("PHONE", phone, ("тел. {}", "Позвоните по {}", "call {} today", "мой номер {}")),
        ("EMAIL", email, ("почта {}", "пишите на {}", "email {} bounced")),
        ("PERSON", person, ("{} просит скидку", "Звонил {}.", "Договор подписал {}", "Контакт — {}, что ему сказать?")),
    ]  # fmt: skip
    about = (
        "Что с {}?",
        "Напомни про {}",
        "Сколько нам платит {}?",
        "у {} какие риски",
        "tell me about {}",
        "Отчёт для {} нужен сегодня",
    )
    for place in range(count):
        if place % 2:
            secret = spoken(random_, random_.choice(names))
            yield Case(random_.choice(about).format(secret), secret, "CLIENT")
            continue
        kind, make, texts = makers[place // 2 % len(makers)]
        secret = make(random_)
        yield Case(random_.choice(texts).format(secret), secret, kind)


def spoken(random_: random.Random, name: str) -> str:
    """A client's name as people write it: whole, without its form and quotes, in another case, in small letters."""
    bare = name.partition("«")[2].rstrip("»") or name
    way = random_.randrange(4)
    if way == 0:
        return name
    if way == 1:
        return bare
    if way == 2:
        return bare.lower()
    first, *rest = bare.split(" ")
    return " ".join([declined(random_, first), *rest])


def declined(random_: random.Random, word: str) -> str:
    """A Russian word in one of its oblique cases; words in another alphabet and compounds as they are."""
    if "-" in word or not "а" <= word[-1].lower() <= "я" or word[-1] in "ьеяо":
        return word
    ending = word[-1] if word[-1] in CASES else ""
    return (word[:-1] if ending else word) + random_.choice(CASES[ending])


def inn(random_: random.Random) -> str:
    return found(random_, lambda r: digits(r, r.choice((10, 12))), is_inn)


def kpp(random_: random.Random) -> str:
    return f"{random_.randrange(1000, 9999)}01{random_.randrange(1000):03d}"


def ogrn(random_: random.Random) -> str:
    return found(random_, lambda r: r.choice("13") + digits(r, r.choice((12, 14))), is_ogrn)


def snils(random_: random.Random) -> str:
    value = found(random_, lambda r: digits(r, 11), is_snils)
    return random_.choice((value, f"{value[:3]}-{value[3:6]}-{value[6:9]} {value[9:]}"))


def passport(random_: random.Random) -> str:
    value = digits(random_, 10)
    return random_.choice(
        (f"{value[:4]} {value[4:]}", f"{value[:2]} {value[2:4]} {value[4:]}", f"{value[:4]} № {value[4:]}")
    )


def card(random_: random.Random) -> str:
    value = found(random_, lambda r: r.choice("245") + digits(r, 15), is_card)
    return random_.choice((value, " ".join(value[start : start + 4] for start in range(0, 16, 4))))


def bank(random_: random.Random) -> str:
    return found(random_, lambda r: "40702810" + digits(r, 12), lambda value: account_fits(value, "044525225"))


def phone(random_: random.Random) -> str:
    code, rest = f"9{digits(random_, 2)}", digits(random_, 7)
    shapes = ("+7 ({0}) {1}-{2}-{3}", "8 {0} {1} {2} {3}", "+7{0}{1}{2}{3}", "8({0}){1}-{2}-{3}", "8-{0}-{1}-{2}-{3}")
    return random_.choice(shapes).format(code, rest[:3], rest[3:5], rest[5:])


def email(random_: random.Random) -> str:
    return f"{random_.choice(('i.petrov', 'sales', 'anna_77', 'buh+1c'))}@{random_.choice(('mail.ru', 'romashka.example', 'почта.рф'))}"


def person(random_: random.Random) -> str:
    surname = random_.choice(SURNAMES)
    if random_.random() < 0.4:
        first, patronymic = random_.choice(WOMEN)
        surname += "а"
    else:
        first, patronymic = random_.choice(FIRST)
    shapes = (
        f"{surname} {first} {patronymic}",
        f"{first} {patronymic}",
        f"{surname} {first[0]}. {patronymic[0]}.",
        f"{first[0]}.{patronymic[0]}. {surname}",
    )
    return random_.choice(shapes)


def digits(random_: random.Random, count: int) -> str:
    return "".join(random_.choice("0123456789") for _ in range(count))


def found(random_: random.Random, make: Callable[[random.Random], str], right: Callable[[str], bool]) -> str:
    """The first made value that is right."""
    return next(value for value in iter(lambda: make(random_), "") if right(value))
