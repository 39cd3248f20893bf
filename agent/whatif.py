"""What-ifs in the chat: the user's assumptions put into a play over the data; a range and a break-even, no promise."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent import refusals, sentences
from agent.assumptions import Supposed, supposed
from agent.outcome_sentences import defaults_of, not_mapped, told
from agent.sentences import Desk, Result
from tools.document import Claim, Name, Slot
from tools.effect import Range
from tools.errors import UserError
from tools.filters import parse, select, spelled
from tools.scenarios import SCENARIOS, run
from tools.text import Text

if TYPE_CHECKING:
    from agent.examples import Call
    from agent.reading.understand import Understood
    from tools.portfolio import Portfolio

#: Questions that suppose something, in small letters, ё as е.
SUPPOSES = re.compile(
    r"\bчто (?:будет|произойдет|случится|изменится|станет|нам даст|даст|это даст)?\s*(?:с \w+ )?,? ?если\b|^\W*(?:а|и|ну|а что|но)\W+если\b(?! (?:только|взять|смотреть|по|без|коротко|кратко|вкратце|можно|честно|не сложно))|"
    r"\b(?:допустим|предположим|представим|представь\w*|смоделир\w+|промоделир\w+)\b|(?:посчита\w+|просчита\w+|рассчита\w+|прикин\w+|разыгра\w+) (?:\w+ )?сценари|"
    r"\bсценари\w+:|во что (?:нам )?(?:выльется|обойдется)|как повлия\w+|\bчто если\b|(?:уйд[её]т|уйдут|потеряем|лишимся|поднимем|снизим).{3,60}(?:что (?:станет|будет|случится)|сколько (?:потеряем|останется))|"
    r"сколько .{0,40}(?:выигра|заработа|сохран|сбереж|потеря|недополуч|получ|добав|прибав|принес|сэконом).{0,40}\bесли\b(?! (?:вычесть|взять|убрать|смотреть|считать|не считать))|"
    r"\bесли (?!взять|вычесть|убрать|смотреть|считать).{3,80}(?:сколько|что (?:это|нам|станет|будет)|как изменится|во что)|"
    r"\bwhat if\b|\bwhat (?:happens|would happen|will happen|changes|would change|would follow|becomes).{0,40}\bif\b|^\W*(?:and |so |but |ok,? )?if (?:we|our|the|\w+ing|churn|prices?|half|all|every)\b|"
    r"\b(?:suppos(?:e|ing)|assum(?:e|ing)|imagine|simulate)\b|\bsay (?:all|we|our|churn|prices?|half|every)\b|"
    r"\b(?:run|play|work|model) (?:out |through )?(?:a |the |this )?(?:scenario|what-if)|\bplay out\b|\bscenario:|\b(?:impact|effect) of (?:an?(?! campaign)|\w+ing)\b|"
    r"how much .{0,30}(?:would|could|will) .{0,30}(?:gain|lose|save|make|earn|add|bring|keep).{0,60}\b(?:if|by)\b|\bwhat would .{3,60} (?:mean|add|bring|cost|do to)\b"
)
#: “If we do all you advise, what does it bring?”
ALL_ADVISED = re.compile(
    r"(?:\bвсе (?:ваши |твои |эти |предложенные )?(?:меры|действия|рекомендации|советы|шаги)\b|\bвсе,? (?:что (?:вы |ты |нам )*(?:\w*совет|предлаг|рекоменд)\w+|из плана|по плану|предложенн\w+|как (?:вы |ты )?совет\w+)|\bвесь план\b).{0,60}(?:принес|дас[тш]|дадут|верн|получим|заработа)\w*|"
    r"\b(?:all|everything)\b.{0,25}\b(?:actions?|measures?|steps?|recommendations?|advice|you (?:advise|propose|suggest|recommend)\w*)\b.{0,60}\b(?:return|bring|give|yield|worth|add|get|make|earn)\b"
)
#: The future without a change of ours is a forecast, whatever it begins with.
NOTHING_CHANGES = re.compile(
    r"ничего не (?:мен|дела|предприн)|все (?:останется|пойдет) (?:как|так)|так пойдет|не вмешив|"
    r"\b(?:nothing changes|do nothing|change nothing|stays? (?:the same|as it is)|keep going like this)\b"
)
LARGEST = re.compile(
    r"\b(?:крупнейш\w+|сам\w+ (?:крупн|больш)\w+|largest|biggest|top) (?:наш\w+ )?(?:клиент|заказчик|client|customer|account)"
)
LEAVES = re.compile(r"уйд|уход|потер|отвал|leav|left|los[et]|losing|quit|cancel|churn")
#: Where, after what is supposed, another question begins.
THEN_ASKS = re.compile(
    r"(?<=\?)\s+(?=\S.*\?\W*$)|,?\s+(?:и|а также|and|and also) (?=(?:кто|кого|какой|какая|какие|покажи|who|which|show|list)\b)",
    re.IGNORECASE,
)
BUSY = frozenset({"injection", "documents", "define", "report", "letter", "forge"})
IF = re.compile(r"\b(?:если(?! (?:нет|да|так|можно)\b)|if(?! (?:not|so|yes|possible)\b))")
LEAVING = Text(
    "{client} pays {pays}: that would be gone with it.", "{client} платит {pays} — это и уйдёт вместе с ним."
)
OF_ALL = Text("All clients together pay {whole}.", "Все клиенты вместе платят {whole}.")
ONE_LEFT = Text(
    "Whether it leaves is not forecast here; this is what it pays now.",
    "Уйдёт ли он, здесь не прогнозируется; это то, что он платит сейчас.",
)
TOO_MUCH = Text(
    "Churn cannot fall by more than there is of it: name a smaller change.",
    "Отток не может снизиться сильнее, чем он есть: назовите меньшее изменение.",
)
NOT_HIGHER = Text(
    "Churn stands on the other side of that level already: name another one.",
    "Отток уже по другую сторону этого уровня: назовите другой.",
)
POINTS = Text(
    "The share is taken of the churn there is now; points are written as such: “{example}”.",
    "Доля взята от нынешнего оттока; если речь о пунктах, так и напишите: «{example}».",
)
IN_POINTS = Text("churn falls by 2 points", "отток снизится на 2 пункта")
TOO_MANY = Text("There are not so many clients: {n} in all.", "Столько клиентов нет: всего их {n}.")


def worth(seen: "Understood", portfolio: "Portfolio") -> "list[Call] | None":
    """The effect that the audit reckons of all it advises, where that is asked: no supposition of the user's."""
    from agent.examples import call

    named = seen.accounts or seen.metrics or seen.segments or seen.period
    return [call("metric", key="effect")] if ALL_ADVISED.search(seen.plain) and not named else None


def asked(seen: "Understood", portfolio: "Portfolio") -> "list[Call] | None":
    """The call for a question that supposes a change; none for a forecast that nobody's change stands behind."""
    from agent.examples import call

    if seen.wants & BUSY or NOTHING_CHANGES.search(seen.plain):
        return None
    said = _said(seen)
    cut = THEN_ASKS.search(said)
    if cut is not None and (first := asked(_again(said[: cut.start()], seen, portfolio), portfolio)):
        from agent.planner import planned

        return [*first, *planned(_again(said[cut.end() :], seen, portfolio), portfolio, last=first)]
    says, clear = SUPPOSES.search(seen.plain) is not None, _clear(seen)
    if says and (clear or not seen.wants & {"advice", "market"}) or clear and IF.search(seen.plain):
        return [call("whatif", query=said)]
    return None


def of_example(item: "Call", seen: "Understood") -> "Call":
    """The call of an example near to a question, in the words of the question itself."""
    own = item["arguments"].get("query") != "{question}"
    return item if own else {"name": "whatif", "arguments": {"query": _said(seen)}}


def _said(seen: "Understood") -> str:
    """The question as it was written: its numbers and verbs are the assumptions."""
    return seen.said or seen.question


def _plain(seen: "Understood") -> str:
    return _said(seen).lower().replace("ё", "е")


def _again(question: str, seen: "Understood", portfolio: "Portfolio") -> "Understood":
    from agent.reading.understand import understood

    return understood(question, portfolio, language=seen.language)


def _clear(seen: "Understood") -> bool:
    """Whether the question names a change that a play works out, or a client who leaves."""
    found = supposed(_plain(seen))
    return bool(
        found and (found.given or found.clients or found.of_churn) or seen.accounts and LEAVES.search(seen.plain)
    )


def whatif(desk: Desk, *, query: str) -> Result:
    """The play that a question is about, worked out: what the data give, what the user assumes, what is default."""
    from agent.reading.narrowing import narrowed
    from agent.reading.understand import understood

    seen = understood(query, desk.portfolio, language=desk.language)
    gone = bool(LEAVES.search(seen.plain))
    if gone and len(seen.accounts) == 1:
        return _one_leaves(seen.accounts[0][0], desk)
    if gone and LARGEST.search(seen.plain):
        return _largest_leaves(desk)
    found = supposed(_plain(seen))
    if found is None:
        return not_mapped(desk)
    segments = () if found.play in ("keep_at_risk", "win_clients") else seen.segments
    where = narrowed(replace(seen, segments=segments), desk.portfolio)[0].get("where")
    if where is None and segments:
        where = f"segment = {segments[0]}"
    where = None if where is None else str(spelled(desk.portfolio, parse(where)))
    part = desk.portfolio if where is None else _part(where, desk.portfolio)
    among = () if where is None else (sentences.among(where, desk),)
    if found.play == "lose_clients" and where is not None and not (found.given or found.clients or found.of_churn):
        found = replace(found, given={"lost": Range(1.0, 1.0)})
    read = _assumed(found, part, desk)
    if isinstance(read, Result):
        return read
    given, before = read
    outcome = run(part, found.play, {**defaults_of(found.play, given), **given})
    return Result((*among, *before, *told(outcome, given, desk)))


def _part(where: str, portfolio: "Portfolio") -> "Portfolio":
    condition = parse(where)
    return portfolio.narrowed(select(portfolio, condition).narrow(condition))


def _assumed(found: Supposed, part: "Portfolio", desk: Desk) -> Result | tuple[dict[str, Range], tuple[Claim, ...]]:
    """The assumptions as shares, and what has to be said of them first; a refusal where they cannot be."""
    given = dict(found.given)
    measured = SCENARIOS[found.play].measure(part)
    for name, count in found.clients.items():
        clients = measured.readings.get("clients")
        if clients is None or not clients.value:
            continue
        if count.high > clients.value:
            return Result((sentences.claim("too_many", TOO_MANY, desk, n=clients),), refused=TOO_MANY.fill(n="—"))
        given[name] = Range(count.low / float(clients.value), count.high / float(clients.value))
    if found.of_churn is None:
        return given, ()
    return _against_churn(found, given, part, desk)


def _against_churn(
    found: Supposed, given: dict[str, Range], part: "Portfolio", desk: Desk
) -> Result | tuple[dict[str, Range], tuple[Claim, ...]]:
    from tools.metrics import compute, metrics

    assert found.of_churn is not None
    name, kind, said = found.of_churn
    churn = compute(part, "logo_churn")[0]
    if not churn.usable or churn.value is None:
        title = metrics()["logo_churn"].name
        why = refusals.unstated(title, churn.reason or metrics()["logo_churn"].needs)
        return Result((sentences.claim("churn", refusals.SAID, desk, said=why),), refused=why)
    shown = sentences.titled(metrics()["logo_churn"].name, churn, desk, "churn.now")
    now = float(churn.value)
    if kind == "cut":
        share = Range(said.low * now, said.high * now)
    else:
        ends = sorted((now - said.low, now - said.high) if name == "points" else (said.low - now, said.high - now))
        share = Range(ends[0], ends[1])
    wrong = NOT_HIGHER if share.low <= 0 else TOO_MUCH if name == "points" and share.high > now else None
    if wrong is not None:
        return Result((shown, Claim("churn.wrong", wrong)), refused=wrong)
    hint = (sentences.claim("churn.points", POINTS, desk, example=IN_POINTS),) if kind == "cut" else ()
    return {**given, name: share}, (shown, *hint)


def _one_leaves(id: str, desk: Desk) -> Result:
    """One client leaves: what it pays a year beside what everyone pays."""
    from tools.metrics import compute
    from tools.narrow import Narrow

    name = dict(desk.portfolio.accounts())[id]
    alone = compute(desk.portfolio.narrowed(Narrow("account", id, (id,))), "arr")[0]
    if not alone.usable:
        raise UserError(refusals.NOTHING_KNOWN)
    whole = compute(desk.portfolio, "arr")[0]
    slots: dict[str, Slot] = {"client": Name(name, account=id), "pays": alone}
    claims = [sentences.claim("leaves", LEAVING, desk, **slots)]
    if whole.usable:
        claims.append(sentences.claim("whole", OF_ALL, desk, whole=whole))
    return Result((*claims, Claim("no_promise", ONE_LEFT)))


def _largest_leaves(desk: Desk) -> Result:
    """The client that pays most leaves."""
    from tools.metrics.orders import worths

    pays = worths(desk.portfolio)
    if not pays:
        raise UserError(refusals.NOTHING_KNOWN)
    return _one_leaves(max(sorted(pays), key=lambda account: pays[account]), desk)
