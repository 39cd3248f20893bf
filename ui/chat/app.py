"""The page in Gradio: what stands where, and which action fills it."""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

import gradio as gr
from fastapi import FastAPI

from tools.text import Language
from ui.api.problems import preferred
from ui.api.service import Service
from ui.chat import page, prompts, steps, told
from ui.chat.desk import FORMATS, Desk, Session, in_one_sentence
from ui.chat.interview import Form
from ui.chat.page import Message
from ui.chat.prompts import REPORT
from ui.chat.words import WORDS

CHIPS = 6
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
MONO = ("ui-monospace", "Consolas", "monospace")
KINDS = [".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".parquet", ".gz"]
Updates = dict[Any, Any]


def mount(app: FastAPI, service: Service) -> None:
    """Put the chat at ``/`` of the application; where a key is set, the page asks for it (user ``cvm``)."""
    blocks = Page(Desk(service)).blocks
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        show_error=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        enable_monitoring=False,
        run_history=False,
        footer_links=[],
        allowed_paths=[],
        max_file_size="200mb",
        auth=("cvm", service.api_key) if service.api_key else None,
        theme=gr.themes.Base(primary_hue="teal", neutral_hue="slate", font=FONTS, font_mono=MONO),
        css=(files("ui.chat") / "style.css").read_text("utf-8"),
    )


class Page:
    """The components by name, and the actions between them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.blocks = gr.Blocks(analytics_enabled=False, title="CVM", fill_width=True, delete_cache=(3600, 86400))
        with self.blocks:
            self._session = gr.State(Session())
            self._run = gr.State("")
            self._build("en")
            self._wire()
        self.blocks.queue(default_concurrency_limit=8)

    def _build(self, language: Language) -> None:
        with gr.Row(elem_id="top"):
            self._brand = gr.HTML(page.brand(language, ready=False), padding=False)
            self._language = gr.Radio(
                [("Русский", "ru"), ("English", "en")],
                value=language,
                show_label=False,
                container=False,
                elem_id="language",
            )
        self._notice = gr.HTML("", padding=False, elem_id="notice")
        self._build_first(language)
        with gr.Column(visible=False, elem_id="work") as self._work:
            with gr.Row(elem_id="bar"):
                self._status = gr.HTML("", padding=False)
                self._another = gr.Button(WORDS["another"][language], size="sm", elem_id="another")
            with gr.Row(elem_id="desk"):
                with gr.Column(scale=7, min_width=340, elem_id="audit"):
                    self._reader = gr.Dropdown(
                        told.choices(language),
                        value="",
                        label=WORDS["for_whom"][language],
                        filterable=False,
                        visible=False,
                        elem_id="for-whom",
                    )
                    self._loaded = gr.HTML("", padding=False)
                    self._steps = gr.HTML("", padding=False, elem_id="seven")
                with gr.Column(scale=5, min_width=340, elem_id="side"):
                    self._build_talk(language)
                    self._build_reports(language)

    def _build_first(self, language: Language) -> None:
        with gr.Column(elem_id="first") as self._first:
            self._hero = gr.HTML(page.hero(language), padding=False)
            with gr.Row(elem_id="ways"):
                with gr.Column(elem_classes="way", min_width=300):
                    self._drop_title = gr.HTML(page.heading("drop", language), padding=False)
                    self._files = gr.File(
                        file_count="multiple",
                        file_types=KINDS,
                        show_label=False,
                        container=False,
                        height=170,
                        elem_id="drop",
                    )
                    self._drop_note = gr.HTML(page.note("drop_kinds", language), padding=False)
                with gr.Column(elem_classes="way", min_width=300):
                    self._demo_title = gr.HTML(page.heading("or", language), padding=False)
                    self._demo = gr.Button(WORDS["demo"][language], variant="primary", size="lg", elem_id="demo")
                    self._demo_note = gr.HTML(page.note("demo_more", language), padding=False)
                with gr.Column(elem_classes="way", min_width=300):
                    self._told_title = gr.HTML(page.heading("no_files", language), padding=False)
                    self._tell_all = gr.Button(WORDS["interview"][language], size="lg", elem_id="interview-open")
                    self._told_note = gr.HTML(page.note("interview_more", language), padding=False)
            self._form = Form(language)

    def _build_talk(self, language: Language) -> None:
        with gr.Column(elem_id="talk", elem_classes="panel"):
            self._talk_title = gr.HTML(page.heading("chat", language), padding=False)
            self._talk = gr.HTML(page.conversation((), language), padding=False, elem_id="messages")
            self._question = gr.Textbox(
                placeholder=WORDS["ask"][language],
                show_label=False,
                container=False,
                submit_btn=True,
                max_length=2000,
                elem_id="question",
            )
            self._chips = [gr.Button("", size="sm", visible=False, elem_classes="chip") for _ in range(CHIPS)]

    def _build_reports(self, language: Language) -> None:
        with gr.Column(elem_id="reports", elem_classes="panel"):
            self._files_title = gr.HTML(page.heading("files", language), padding=False)
            with gr.Row(elem_id="downloads"):
                self._downloads = [
                    gr.DownloadButton(
                        f"audit.{kind}", size="sm", interactive=False, min_width=80, elem_id=f"file-{kind}"
                    )
                    for kind in FORMATS
                ]
            self._report_title = gr.HTML(page.heading("report_for", language), padding=False)
            self._client = gr.Dropdown([], show_label=False, container=False, allow_custom_value=True, elem_id="client")
            with gr.Row(elem_id="report-row"):
                self._make = gr.Button(WORDS["make_report"][language], size="sm", elem_id="make-report")
                self._report = gr.DownloadButton(
                    WORDS["report_ready"][language], size="sm", visible=False, variant="primary", elem_id="report-file"
                )
            self._report_note = gr.HTML(page.note("report_note", language), padding=False)

    def _wire(self) -> None:
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        everything = self._everything
        state = [self._session, self._language]
        self.blocks.load(self._open, None, everything, queue=False, **quiet)
        self._language.input(self._relabel, state, everything, **quiet).then(self._audit, state, everything, **quiet)
        loads = [
            self._demo.click(self._load_demo, [self._language], everything, **quiet),
            self._files.upload(self._load_files, [self._files, self._language], everything, **quiet),
            self._form.go.click(self._load_answers, [self._language, *self._form.inputs], everything, **quiet),
        ]
        for load in loads:
            load.then(self._audit, state, everything, **quiet)
        self._tell_all.click(lambda: gr.update(visible=True), None, [self._form.panel], **quiet)
        tell = [self._reader, self._run, self._language]
        self._reader.input(self._tell, tell, [self._steps, self._notice], **quiet)
        self._another.click(self._restart, [self._language], everything, **quiet)
        for source in (self._question.submit, *(chip.click for chip in self._chips)):
            asked = self._question if source == self._question.submit else None
            given = asked or self._chips[[chip.click for chip in self._chips].index(source)]
            source(self._ask, [given, self._session, self._run, self._language], everything, **quiet)
        self._make.click(self._make_report, [self._client, *state], everything, **quiet)

    @property
    def _everything(self) -> list[Any]:
        return [
            self._session, self._run, self._brand, self._language, self._notice, self._first, self._hero, self._drop_title,
            self._files, self._drop_note, self._demo_title, self._demo, self._demo_note, self._work, self._status,
            self._another, self._reader, self._loaded, self._steps, self._talk_title, self._talk, *self._chips, self._question,
            self._files_title, *self._downloads, self._report_title, self._client, self._make, self._report,
            self._report_note, self._told_title, self._tell_all, self._told_note, *self._form.shown,
        ]  # fmt: skip

    def _open(self, request: gr.Request) -> Updates:
        language = preferred(request.headers.get("accept-language", ""))
        return {self._language: language, **self._labels(language)}

    def _labels(self, language: Language) -> Updates:
        headings = {
            self._drop_title: "drop",
            self._demo_title: "or",
            self._told_title: "no_files",
            self._talk_title: "chat",
            self._files_title: "files",
            self._report_title: "report_for",
        }
        notes = {
            self._drop_note: "drop_kinds",
            self._demo_note: "demo_more",
            self._told_note: "interview_more",
            self._report_note: "report_note",
        }
        buttons = {
            self._demo: "demo",
            self._tell_all: "interview",
            self._another: "another",
            self._make: "make_report",
            self._report: "report_ready",
        }
        return {
            self._brand: page.brand(language),
            self._hero: page.hero(language),
            self._question: gr.update(placeholder=WORDS["ask"][language]),
            self._reader: gr.update(choices=told.choices(language), value="", label=WORDS["for_whom"][language]),
            **self._form.labels(language),
            **{part: page.heading(key, language) for part, key in headings.items()},
            **{part: page.note(key, language) for part, key in notes.items()},
            **{part: gr.update(**_label(part, WORDS[key][language])) for part, key in buttons.items()},
        }

    def _relabel(self, session: Session, language: Language) -> Updates:
        return {**self._labels(language), self._notice: "", self._talk: page.conversation(session.messages, language)}

    def _load_demo(self, language: Language) -> Iterator[Updates]:
        yield from self._load(lambda: self._desk.demo(), language)

    def _load_files(self, paths: Sequence[str] | None, language: Language) -> Iterator[Updates]:
        yield {self._notice: ""}
        if paths:
            yield from self._load(lambda: self._desk.files(paths), language)

    def _load_answers(self, language: Language, *values: str | None) -> Iterator[Updates]:
        yield {self._notice: ""}
        yield from self._load(lambda: self._desk.interview(self._form.answers(values)), language)

    def _load(self, load: Any, language: Language) -> Iterator[Updates]:
        yield {self._notice: page.busy("demo_loading", language), self._demo: gr.update(interactive=False)}
        ready: Updates = {self._demo: gr.update(interactive=True), self._files: None}
        session, sentence = in_one_sentence(load, language)
        if session is None:
            yield {**ready, self._notice: page.error(sentence, language)}
            return
        yield {
            **ready,
            self._session: session,
            self._run: "",
            self._notice: "",
            self._steps: "",
            self._loaded: "",
            self._reader: gr.update(visible=False),
            **self._offers("", language),
            self._first: gr.update(visible=False),
            self._work: gr.update(visible=True),
            self._talk: page.conversation((), language),
            self._report: gr.update(visible=False),
        }

    def _restart(self, language: Language) -> Updates:
        return {
            self._session: Session(),
            self._run: "",
            self._notice: "",
            self._steps: "",
            self._loaded: "",
            self._first: gr.update(visible=True),
            self._work: gr.update(visible=False),
        }

    def _audit(self, session: Session, language: Language) -> Iterator[Updates]:
        """The audit of what is loaded, step by step; nothing where nothing is loaded."""
        yield {self._notice: gr.update()}  # a generator that yields nothing would empty every component
        if not session.snapshot and session.answers is None:
            return
        run, sentence = in_one_sentence(lambda: self._desk.start(session, language), language)
        if run is None:
            yield {self._notice: page.error(sentence, language)}
            return
        yield {
            self._status: self._desk.status(session, language),
            self._loaded: self._desk.loaded(session, language),
            self._client: gr.update(choices=self._desk.clients(session), value=None),
            **{button: gr.update(interactive=False) for button in self._downloads},
        }
        for shown in self._desk.progress(run, language):
            yield {self._steps: shown}
        audit, sentence = in_one_sentence(lambda: self._desk.audit(run, language), language)
        if audit is None:
            yield {self._notice: page.error(sentence, language)}
            return
        files = self._desk.downloads(run)
        yield {
            self._run: run.id,
            self._steps: steps.finished(audit, language),
            self._reader: gr.update(value="", visible=True),
            self._status: self._desk.status(session, language, audit=audit),
            **self._offers(run.id, language),
            **{
                button: gr.update(value=files[kind], interactive=True)
                for button, kind in zip(self._downloads, FORMATS, strict=True)
            },
        }

    def _tell(self, reader: str, run: str, language: Language) -> Updates:
        shown, sentence = in_one_sentence(lambda: self._desk.told_for(run, reader or "", language), language)
        return {self._steps: shown, self._notice: ""} if shown else {self._notice: page.error(sentence, language)}

    def _offers(self, run: str, language: Language, answer: Message | None = None) -> Updates:
        """What may be clicked: the decisions about what waits, else what the audit answers."""
        offers = prompts.decisions(answer.answer if answer is not None else None, language)
        offers = (offers or [offer.text for offer in self._desk.offers(run, language)])[:CHIPS]
        padded = [*offers, *[""] * (CHIPS - len(offers))]
        return {chip: gr.update(value=text, visible=bool(text)) for chip, text in zip(self._chips, padded, strict=True)}

    def _ask(self, question: str, session: Session, run: str, language: Language) -> Iterator[Updates]:
        question = (question or "").strip()
        if not question or not session.snapshot:
            key = "no_question" if not question or session.answers is None else "interview_no_data"
            yield {self._notice: page.error(WORDS[key][language], language)}
            return
        session = session.said(Message("user", question))
        waiting = page.conversation((*session.messages, Message("thinking")), language)
        yield {self._session: session, self._notice: "", self._question: "", self._talk: waiting}
        offer = next((item for item in self._desk.offers(run, language) if item.text == question), None)
        updates: Updates = {}
        if offer is None:
            asked = self._desk.ask(session, question)
            for text in self._desk.told_so_far(asked):
                partly = Message("partial", text)
                yield {self._talk: page.conversation((*session.messages, partly), language)}
            answer, sentence = in_one_sentence(lambda: self._desk.answer(asked), language)
            updates = self._offers(run, language, answer)
        elif offer.answers == REPORT:
            path, sentence = in_one_sentence(lambda: self._desk.report(session, offer.account, language), language)
            answer = Message("answer", WORDS["report_done"][language]) if path else None
            updates = {self._report: gr.update(value=path, visible=True), self._client: offer.account} if path else {}
        else:
            answer, sentence = in_one_sentence(lambda: self._desk.told(run, offer, language), language)
        session = session.said(answer or Message("error", sentence))
        yield {**updates, self._session: session, self._talk: page.conversation(session.messages, language)}

    def _make_report(self, account: str | None, session: Session, language: Language) -> Updates:
        if not account:
            return {self._notice: page.error(WORDS["no_client"][language], language)}
        path, sentence = in_one_sentence(lambda: self._desk.report(session, account, language), language)
        if path is None:
            return {self._notice: page.error(sentence, language), self._report: gr.update(visible=False)}
        return {self._notice: "", self._report: gr.update(value=path, visible=True)}


def _label(part: Any, text: str) -> dict[str, Any]:
    return {"label": text} if isinstance(part, gr.DownloadButton) else {"value": text}
