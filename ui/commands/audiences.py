"""The page that says for whom an audit can be told, rendered from the registry."""

from tools.text import Language, Text

TITLE = Text("For whom the audit is told", "Для кого рассказывается аудит")
INTRO = Text(
    "Rendered by `cvm docs` from the registry; edit `tools/reports/audiences.py`, not this page. "
    "`cvm audit --for KEY` writes `audit.KEY.html` and `audit.KEY.md` beside the audit; `GET /v1/audits/{a}?for=KEY` "
    "gives the same as JSON. A telling holds claims and figures of the audit alone; nothing urgent is left out of any.",
    "Страница собрана командой `cvm docs` из реестра: правьте `tools/reports/audiences.py`, а не её. "
    "`cvm audit --for КЛЮЧ` записывает рядом с аудитом `audit.КЛЮЧ.html` и `audit.КЛЮЧ.md`; `GET /v1/audits/{a}?for=КЛЮЧ` "
    "отдаёт то же в JSON. В изложении только выводы и числа самого аудита; срочное есть в каждом.",
)
LABELS = {
    "question": Text("Question", "Вопрос"),
    "client": Text("For the client", "Для клиента"),
    "us": Text("For us", "Для нас"),
    "steps": Text("Steps", "Шаги"),
    "actions": Text("Actions first", "Сначала действия"),
}
DEPTH = {
    "lead": Text("claims", "главное"),
    "findings": Text("findings", "выводы"),
    "accounts": Text("findings with clients", "выводы с клиентами"),
}
STAKES = Text("money at stake of all steps, on one page", "деньги под вопросом по всем шагам, на одной странице")
MONTH = Text("decisions of the month", "решения месяца")


def audiences_page(language: Language) -> str:
    """The whole page in one language, audiences in the order of the registry."""
    from tools.audit import steps
    from tools.reports.audiences import AUDIENCES

    titles = {spec.key: spec.title[language] for spec in steps()}
    parts = [f"# {TITLE[language]}", INTRO[language]]
    for key, item in AUDIENCES.items():
        told = [f"{titles[part.step]} ({DEPTH[part.depth][language]})" for part in item.parts]
        lines = {
            "question": item.question[language],
            "client": _figures(item.for_client, language),
            "us": _figures(item.for_us, language),
            "steps": "; ".join(told) if told else STAKES[language],
            "actions": item.name[language] if item.department else MONTH[language],
        }
        listed = "\n".join(f"- {LABELS[name][language]}: {shown}" for name, shown in lines.items())
        parts += [f'<a id="audience.{key}"></a>', f"## {item.name[language]} · `{key}`", listed]
    return "\n\n".join(parts) + "\n"


def _figures(keys: tuple[str, ...], language: Language) -> str:
    from tools.reports.names import metric_name

    named = dict.fromkeys(key.partition(":")[0] for key in keys)
    return "; ".join(f"[{metric_name(key, language)}](metrics.{language}.md#metric.{key})" for key in named)
