//! Statements and expressions as they were written; names are not resolved, values not computed.

use crate::graph::Span;

/// A name and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name, quotes resolved.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// An expression and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// An integer.
    Int(i64),
    /// A number with a point or an exponent.
    Real(f64),
    /// A number with a unit.
    Quantity(f64, Unit),
    /// Text in quotes; where a name is wanted, a name.
    Text(String),
    /// A name.
    Name(String),
    /// `a.b`
    Member(Box<Expr>, Name),
    /// `a[i, j..k]`
    Index(Box<Expr>, Vec<Expr>),
    /// `f(a, key = b)`
    Call(Name, Vec<Arg>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `a..b`, either end may be missing.
    Range(Option<Box<Expr>>, Option<Box<Expr>>),
    /// `-a`
    Neg(Box<Expr>),
    /// `a + b` and so on.
    Binary(Operator, Box<Expr>, Box<Expr>),
}

/// Units of times, rates and steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Microseconds.
    Us,
    /// Milliseconds.
    Ms,
    /// Seconds.
    S,
    /// Per second.
    Hz,
    /// Per millisecond.
    KHz,
    /// Steps.
    Steps,
}

impl Unit {
    /// The unit of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "us" => Self::Us,
            "ms" => Self::Ms,
            "s" => Self::S,
            "Hz" => Self::Hz,
            "kHz" => Self::KHz,
            "steps" => Self::Steps,
            _ => return None,
        })
    }
}

/// Operators of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `^`
    Pow,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// Its name, where it was given one.
    pub name: Option<Name>,
    /// Its value.
    pub value: Expr,
}

/// A line of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Its first name: the key, the flag, the keyword.
    pub key: Name,
    /// The whole of it.
    pub span: Span,
}

/// What a line of a block is.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `key = value`
    Set(Expr),
    /// `key`
    Flag,
    /// `key(a, b)`
    Call(Vec<Arg>),
    /// `trace x1(a, b)`: a keyword, a name, arguments.
    Named(Name, Vec<Arg>),
    /// `soma { .. }`, `compartment d { .. }`
    Block(Option<Name>, Vec<Item>),
    /// `dw = ..`: the terms of a learning rule, as written, and where they begin.
    Terms(String, Span),
}

/// A parameter of a prototype or macro.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its default.
    pub default: Option<Expr>,
}

/// `lif(tau = 10 ms)`: a prototype, and what its parameters are set to.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// Name of the prototype.
    pub name: Name,
    /// Arguments.
    pub args: Vec<Arg>,
}

/// `neuron`, `synapse`, `rule`, `settings`: a name for a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Prototype {
    /// Its name.
    pub name: Name,
    /// Parameters.
    pub params: Vec<Param>,
    /// The prototype it starts from.
    pub base: Option<Use>,
    /// Its lines.
    pub items: Vec<Item>,
}

/// A statement and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// The whole of it.
    pub span: Span,
    /// The call of the macro that it came from.
    pub call: Option<Span>,
}

/// What a statement is.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `network name`
    Network(Name),
    /// `step 1 ms`
    Step(Expr),
    /// `seed 7`
    Seed(Expr),
    /// `const n = 3`
    Const(Name, Expr),
    /// `neuron lif { .. }`
    Neuron(Prototype),
    /// `synapse fast { .. }`
    Synapse(Prototype),
    /// `rule stdp { .. }`
    Rule(Prototype),
    /// `settings s { .. }`
    Settings(Prototype),
    /// `population out[4] : lif { .. } on core 3`
    Population(Population),
    /// `input in[4] = poisson(rate = 50 Hz)`
    Input(Input),
    /// `reward r { .. }`
    Reward(Prototype),
    /// `project a -> b : all { .. }`
    Project(Project),
    /// `record a.v, b.spikes every 10`
    Record(Vec<Record>, When),
    /// `run 200 ms`
    Run(Expr),
    /// `samples a.bias = load(..) steps 64 reset`
    Samples(Samples),
    /// `measure accuracy(out, labels) as acc`
    Measure(Expr, Option<Name>),
    /// A statement that was not understood, with the name that it would have declared.
    Broken(Name),
}

/// `population out[4] : lif(..) { .. } on core 3`
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    /// Its name.
    pub name: Name,
    /// Its shape, empty for one neuron.
    pub shape: Vec<Expr>,
    /// Its prototype.
    pub base: Option<Use>,
    /// Fields that differ.
    pub items: Vec<Item>,
    /// The core it is pinned to.
    pub core: Option<Expr>,
}

/// `input in[4] = poisson(..)`
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its name.
    pub name: Name,
    /// Its shape, empty for one line.
    pub shape: Vec<Expr>,
    /// Its source; external where none was given.
    pub source: Option<Expr>,
}

/// `project a, b -> c : all using fast { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Sources.
    pub pre: Vec<Expr>,
    /// Targets.
    pub post: Vec<Expr>,
    /// Connectivity.
    pub pattern: Pattern,
    /// Prototype.
    pub base: Option<Use>,
    /// Fields.
    pub items: Vec<Item>,
}

/// Which source meets which target.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// A named pattern.
    Named(Use),
    /// `{ 0 -> 1: 5, 2 -> 3: -7 delay 4 }`
    List(Vec<Synapse>, Span),
}

/// `2 -> 3: -7 delay 4 tag 1`
#[derive(Clone, Debug, PartialEq)]
pub struct Synapse {
    /// Source.
    pub pre: Expr,
    /// Target.
    pub post: Expr,
    /// Weight.
    pub weight: Option<Expr>,
    /// Delay.
    pub delay: Option<Expr>,
    /// Tag.
    pub tag: Option<Expr>,
}

/// When something is recorded.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// At every step.
    Always,
    /// `every 10`
    Every(Expr),
    /// `at 5, 7, 100`
    At(Vec<Expr>),
}

/// `a[0..3].v as name`
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The thing and the variable; of a projection, its source.
    pub of: Expr,
    /// `-> b.weight`: the target of a projection.
    pub to: Option<Expr>,
    /// Name of the output.
    pub name: Option<Name>,
}

/// `samples a.bias = load(..) steps 64 reset`
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// The thing and what is set of it.
    pub target: Expr,
    /// The values.
    pub values: Expr,
    /// Steps of each sample.
    pub steps: Option<Expr>,
    /// How often all samples are run.
    pub passes: Option<Expr>,
    /// Whether every sample starts from the initial state.
    pub reset: bool,
}
