"""The SQL that a KPI file may hold: one select over the facts, in words that every engine understands.

What is allowed is listed and everything else refused, node by node of the parsed query. What runs is written anew
from that tree (`portable`), so no engine can read a text differently from how it was checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final

import sqlglot
from sqlglot import Token, TokenType, exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from generator.errors import with_hint
from generator.kpis.vocabulary import FACTS

DIALECT: Final = "duckdb"  # what KPI files are written in
_PARSER: Final = Dialect.get_or_raise(DIALECT).parser  # of tokens that are there already

#: A longer query takes an engine minutes to plan; the longest packaged one has a tenth of this.
MOST_WORDS: Final = 5_000
_MOST_CHARACTERS: Final = 100_000

#: As they are written in a file; each means the same on every engine, or is translated to what does.
FUNCTIONS: Final = (
    "abs",
    "avg",
    "cast",
    "ceil",
    "coalesce",
    "concat",
    "count",
    "date_diff",
    "date_trunc",
    "dense_rank",
    "epoch",
    "first_value",
    "floor",
    "greatest",
    "lag",
    "last_value",
    "lead",
    "least",
    "lower",
    "max",
    "min",
    "nullif",
    "rank",
    "round",
    "row_number",
    "substr",
    "sum",
    "trim",
    "upper",
)

#: Words that may stand before a bracket without being functions.
_KEYWORDS: Final = {
    "all", "and", "as", "between", "by", "case", "cross", "decimal", "distinct", "else", "except", "exists", "from",
    "group", "having", "in", "inner", "intersect", "is", "join", "left", "like", "not", "numeric", "on", "or",
    "order", "over", "partition", "right", "select", "then", "union", "using", "varchar", "when", "where",
    # clauses that are refused by what they are, with their own advice
    "exclude", "filter", "lateral", "replace",
}  # fmt: skip

_NODES: Final = frozenset((
    # clauses
    *(exp.Select, exp.Union, exp.Intersect, exp.Except, exp.Subquery, exp.With, exp.CTE, exp.From, exp.Join, exp.Where),
    *(exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Distinct, exp.Table, exp.TableAlias, exp.Alias, exp.Star),
    # values
    *(exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Var, exp.Interval, exp.Cast, exp.DataType),
    *(exp.DataTypeParam, exp.Case, exp.If, exp.Paren, exp.Tuple),
    # operators
    *(exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between),
    *(exp.Like, exp.Exists, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg),
    *(exp.DPipe,),
    # functions
    *(
        exp.Abs,
        exp.Avg,
        exp.Ceil,
        exp.Coalesce,
        exp.Concat,
        exp.Count,
        exp.DateDiff,
        exp.DateTrunc,
        exp.TimestampTrunc,
        exp.DenseRank,
    ),
    *(exp.TimeToUnix, exp.FirstValue, exp.Floor, exp.Greatest, exp.Lag, exp.LastValue, exp.Lead, exp.Least, exp.Lower),
    *(exp.Max, exp.Min, exp.Nullif, exp.Rank, exp.Round, exp.RowNumber, exp.Substring, exp.Sum, exp.Trim, exp.Upper),
    *(exp.Window, exp.WindowSpec),
))  # fmt: skip

_TYPES: Final = ("bigint", "boolean", "date", "decimal", "double", "int", "integer", "text", "timestamp", "varchar")
_TYPE_NODES: Final = frozenset(exp.DataType.build(name, dialect=DIALECT).this for name in _TYPES)

_WHY: Final[dict[type[exp.Expr], str]] = {
    exp.AtTimeZone: "time zones live in the calendar tables: join local_slot",
    exp.Limit: "every unit that a rule leaves out stays in the rows, with `excluded`",
    exp.Qualify: "not every engine knows it: filter on row_number() in an outer select",
    exp.Filter: "not every engine knows it: write sum(case when ... then 1 else 0 end)",
    exp.IntDiv: "not every engine knows it: write cast(floor(a / b) as bigint)",
}


@dataclass(frozen=True)
class Fault:
    """Something in a query that may not be there."""

    what: str
    next: str = ""
    line: int = 0  # within the query, from 1; 0 where it is not known


@dataclass(frozen=True)
class Statement:
    """A query that passed; the tree is what runs."""

    tree: exp.Query
    _written: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def columns(self) -> tuple[str, ...] | None:
        """Names of what it returns; None where a star leaves that to the engine."""
        names = tuple(self.tree.named_selects)
        return None if "*" in names else names

    def sql(self, dialect: str) -> str:
        """Return the query as `dialect` writes it, without comments."""
        if dialect not in self._written:
            # Another dialect rewrites the tree on its way; writing its own needs no copy, which takes most of the time.
            self._written[dialect] = self.tree.sql(dialect=dialect, comments=False, copy=dialect != DIALECT)
        return self._written[dialect]


@lru_cache(maxsize=1024)
def read_statement(sql: str) -> Statement | tuple[Fault, ...]:
    """Return the checked query, or everything in it that a KPI file may not say."""
    if len(sql) > _MOST_CHARACTERS:
        return (Fault(f"the query has {len(sql):,} characters, more than {_MOST_CHARACTERS:,}", "Make it shorter."),)
    try:
        tokens = sqlglot.tokenize(sql, read=DIALECT)
        if fault := _hopeless(tokens):
            return (fault,)
        parsed = _PARSER().parse(tokens, sql)
    except RecursionError:
        return (Fault("the query is nested too deeply", "Name the steps in CTEs."),)
    except SqlglotError as problem:
        return (_syntax_fault(problem),)
    # A comment behind the last semicolon is a statement of its own to the parser.
    trees = [tree for tree in parsed if tree is not None and not isinstance(tree, exp.Semicolon)]
    faults = tuple(_faults(tokens, trees))
    return faults or Statement(next(tree for tree in trees if isinstance(tree, exp.Query)))


def _hopeless(tokens: list[Token]) -> Fault | None:
    """Return what is wrong with a text that need not be parsed: it is no select, or nobody could read it."""
    if not tokens:
        return Fault("the block is empty", "Write a select that returns unit rows.")
    if len(tokens) > MOST_WORDS:
        return Fault(
            f"the query has {len(tokens):,} words and signs, more than {MOST_WORDS:,}",
            "Put what it lists into a table of the agreement, and join that.",
        )
    opening = next((token for token in tokens if token.token_type is not TokenType.L_PAREN), tokens[0])
    if opening.token_type not in (TokenType.SELECT, TokenType.WITH):
        return Fault(f"begins with '{opening.text}'", "A KPI file holds one select; it may begin `with`.", opening.line)
    return None


def _faults(tokens: list[Token], trees: list[exp.Expr]) -> Iterator[Fault]:
    """Yield everything at once: what a text is, what it calls, what it reads, what it says."""
    for token in tokens[:-1]:
        if token.token_type is TokenType.SEMICOLON:
            yield Fault("more than one statement", "A KPI file holds one select.", token.line)
    selects = (exp.Select, exp.Union, exp.Intersect, exp.Except, exp.Subquery)
    if not trees or not all(isinstance(tree, selects) for tree in trees):
        yield Fault("not a select", "A KPI file holds one select that returns unit rows.")
    walked = [list(tree.walk()) for tree in trees]  # once: walking takes as long as checking
    named = [*_function_faults(tokens, walked), *(fault for nodes in walked for fault in _table_faults(nodes))]
    yield from named
    for nodes in walked:
        # What is named already as a function is not named again as a node.
        yield from _node_faults(nodes, ignored=exp.Func if named else None)


def _syntax_fault(problem: SqlglotError) -> Fault:
    details = (getattr(problem, "errors", None) or [{}])[0]
    said = re.sub(r"\x1b\[[0-9;]*m", "", str(details.get("description") or problem)).splitlines()[0]
    near = details.get("highlight")
    return Fault(
        f"the SQL cannot be read{f' near {near!r}' if near else ''}: {said}", line=int(details.get("line") or 0)
    )


def _function_faults(tokens: list[Token], walked: list[list[exp.Expr]]) -> Iterator[Fault]:
    """Name functions as the file writes them; the trees know them under other names."""
    ctes = {node.alias.lower() for nodes in walked for node in nodes if isinstance(node, exp.CTE)}
    named: set[str] = set()
    for token, after in pairwise(tokens):
        name = token.text.lower()
        if after.token_type is not TokenType.L_PAREN or not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
            continue
        if name in named or name in _KEYWORDS or name in FUNCTIONS or name in ctes:
            continue
        if token.token_type is not TokenType.STRING:
            named.add(name)
            yield Fault(
                f"function {with_hint(name, FUNCTIONS)} is not allowed", f"Allowed: {', '.join(FUNCTIONS)}.", token.line
            )


def _table_faults(nodes: list[exp.Expr]) -> Iterator[Fault]:
    for table in nodes:
        if isinstance(table, exp.Table) and (what := _wrong_with(table)):
            yield Fault(what, _FACTS, _line(table))


def _wrong_with(table: exp.Table) -> str:
    if not isinstance(table.this, exp.Identifier):
        return f"{table.sql(dialect=DIALECT)} is a function that returns a table; only facts are read"
    if table.args.get("db") or table.args.get("catalog"):
        return f"table {table.sql(dialect=DIALECT)}: other schemas are out of reach"
    if table.name.lower() not in FACTS and table.name.lower() not in _visible_ctes(table):
        return f"unknown table {with_hint(table.name, FACTS)}"
    return ""


_FACTS: Final = f"Facts: {', '.join(FACTS)}."


def _visible_ctes(table: exp.Expr) -> set[str]:
    """Return the CTE names that `table` can mean: those of the selects around it, and only earlier siblings.

    A name that is not yet defined would reach past the query, to whatever the engine has under it.
    """
    visible: set[str] = set()
    child, parent = table, table.parent
    while parent is not None:
        around = parent if isinstance(parent, exp.With) else None
        below = [] if around else [part for part in parent.iter_expressions() if isinstance(part, exp.With)]
        if around is not None:
            siblings = list(around.expressions)
            position = next(index for index, sibling in enumerate(siblings) if sibling is child)
            visible |= {cte.alias.lower() for cte in siblings[:position]}
        elif not isinstance(child, exp.With):
            visible |= {cte.alias.lower() for part in below for cte in part.expressions}
        child, parent = parent, parent.parent
    return visible


def _node_faults(nodes: list[exp.Expr], ignored: type[exp.Expr] | None) -> Iterator[Fault]:
    seen: set[str] = set()
    for node in nodes:
        if ignored and isinstance(node, ignored) and type(node) not in _NODES:
            continue
        fault = _node_fault(node)
        if fault is not None and fault.what not in seen:
            seen.add(fault.what)
            yield fault


def _shown(node: exp.Expr) -> str:
    shown = " ".join(node.sql(dialect=DIALECT, comments=False).split())
    return f"`{shown[:60]}…`" if len(shown) > 60 else f"`{shown}`"


def _node_fault(node: exp.Expr) -> Fault | None:
    # A node is written out only where it is at fault: writing all of them would take longer than reading them.
    if type(node) not in _NODES:
        return Fault(
            f"{_shown(node)} is not part of the SQL that KPI files may use", _WHY.get(type(node), ""), _line(node)
        )
    if isinstance(node, exp.Column) and node.name.lower() == "display_name":
        return Fault(
            "names of people stay out of unit rows", "Split by `owner`, its id; pages know the name.", _line(node)
        )
    if isinstance(node, exp.With) and node.args.get("recursive"):
        return Fault("a recursive CTE may never end", "Join the calendar tables instead.", _line(node))
    if isinstance(node, exp.DataType) and node.this not in _TYPE_NODES:
        return Fault(f"type {_shown(node)} is not allowed", f"Allowed: {', '.join(_TYPES)}.", _line(node))
    if isinstance(node, exp.Join) and node.args.get("method"):
        return Fault(f"{_shown(node)}: only plain joins", "Write the condition behind `on`.", _line(node))
    if isinstance(node, exp.Star) and any(node.args.values()):
        return Fault(f"{_shown(node)}: a star takes nothing away", "Name the columns.", _line(node))
    if isinstance(node, exp.Distinct) and node.args.get("on"):
        return Fault("`distinct on` is not known to every engine", "Use row_number() in a CTE.", _line(node))
    return None


def _line(node: exp.Expr) -> int:
    for part in node.find_all(exp.Identifier):
        if line := part.meta.get("line"):
            return int(line)
    return 0
