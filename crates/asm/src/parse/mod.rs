//! Text -> image: line by line, every fault with its place.

mod chip;
mod core;
mod host;
mod line;
mod rows;
mod session;
mod synapses;
mod token;

use image::{Image, Session, Symbols};
use isa::ids::CoreId;

use self::core::Core;
use chip::Chip;
use host::HostParts;
use line::{Line, Refusal};
use token::Token;

use crate::error::{AsmError, Fault};

/// Faults that are reported at most.
const FAULTS_MAX: usize = 100;
/// Rows that a text may have beside those that its length allows.
const ROWS_FREE: usize = 1 << 20;
/// Rows that a byte of text allows.
const ROWS_PER_BYTE: usize = 16;

/// The image of a text. It is not [`validated`](fn@image::validate): a text can say what no chip can run.
///
/// # Errors
/// Every fault of the text, at most 100 of them, in order of lines.
pub fn parse(text: &str) -> Result<Image, Vec<AsmError>> {
    let mut parser = Parser::new(text.len());
    let mut tokens = Vec::new();
    for (number, line) in text.lines().enumerate() {
        parser.line = number + 1;
        parser.read(line, &mut tokens);
        if parser.faults.len() >= FAULTS_MAX {
            break;
        }
    }
    parser.finish()
}

/// What the lines belong to.
#[derive(Clone, Copy)]
enum Part {
    Top,
    /// A part that was refused: its lines are passed over.
    Refused,
    Chip,
    Host,
    Session,
    Symbols,
    Core,
}

struct Parser {
    line: usize,
    part: Part,
    budget: usize,
    faults: Vec<AsmError>,
    chip: Option<(Chip, usize)>,
    seed: Option<u32>,
    host: HostParts,
    session: Session,
    symbols: Symbols,
    core: Option<Core>,
    cores: Vec<image::CoreImage>,
}

impl Parser {
    fn new(length: usize) -> Self {
        Self {
            line: 0,
            part: Part::Top,
            budget: ROWS_FREE + length.saturating_mul(ROWS_PER_BYTE),
            faults: Vec::new(),
            chip: None,
            seed: None,
            host: HostParts::default(),
            session: Session::default(),
            symbols: Symbols::default(),
            core: None,
            cores: Vec::new(),
        }
    }

    fn read<'a>(&mut self, text: &'a str, tokens: &mut Vec<Token<'a>>) {
        if let Err(at) = token::tokens(text, tokens) {
            let found = "a `\"` without its end, or an unknown escape".into();
            return self.refuse(text, (at, Fault::Expected { expected: "a string".into(), found }));
        }
        if tokens.is_empty() {
            return;
        }
        let mut line = Line::new(tokens, text.trim_end().len());
        if let Err(faults) = self.statement(&mut line) {
            faults.into_iter().for_each(|fault| self.refuse(text, fault));
        }
    }

    /// Notes a fault at a byte of the line's text.
    fn refuse(&mut self, text: &str, fault: Refusal) {
        let (at, fault) = fault;
        let column = text.get(..at).map_or(0, |before| before.chars().count()) + 1;
        self.faults.push(AsmError { line: self.line, column, fault });
    }

    /// The parts of an image.
    const PARTS: [&str; 6] = ["chip", "seed", "host", "session", "symbols", "core"];

    fn statement(&mut self, line: &mut Line) -> Result<(), Vec<Refusal>> {
        let one = |fault| vec![fault];
        let first = line.peek().filter(|token| !token.quoted).map_or("", |token| &token.text);
        if Self::PARTS.contains(&first) {
            return self.head(line).map_err(|fault| {
                self.part = Part::Refused;
                vec![fault]
            });
        }
        if let Some(name) = first.strip_prefix('.').filter(|_| !matches!(self.part, Part::Refused)) {
            return self.open(name, line).map_err(one);
        }
        // What stands at the left margin is meant to be a part.
        if line.at() == 0 && first.starts_with(char::is_alphabetic) {
            self.part = Part::Top;
        }
        match (self.part, &mut self.chip, &mut self.core) {
            (Part::Chip, Some((chip, _)), _) => chip.read(line).map_err(one),
            (Part::Host, ..) => self.host.read(line),
            (Part::Session, ..) => session::session(&mut self.session, line).map_err(one),
            (Part::Symbols, ..) => session::symbols(&mut self.symbols, line).map_err(one),
            (Part::Core, _, Some(core)) => core.read(line, self.line),
            (Part::Refused, ..) => Ok(()),
            _ => {
                self.part = Part::Refused;
                line.one_of("part of an image", &Self::PARTS).map(|_| ()).map_err(one)
            }
        }
    }

    /// Opens a memory of the core or of the host.
    fn open(&mut self, name: &str, line: &mut Line) -> Result<(), Refusal> {
        let at = line.at();
        line.next("a memory")?;
        match (self.part, &mut self.core) {
            (Part::Core, Some(core)) => core.open(name, at, line, &mut self.budget),
            (Part::Host, _) => self.host.open(name, at, line, &mut self.budget),
            _ => Err((at, Fault::Conflict(format!(".{name} belongs to a core or to the host")))),
        }
    }

    fn head(&mut self, line: &mut Line) -> Result<(), Refusal> {
        let at = line.at();
        let twice = |what: &str| Err((at, Fault::Conflict(format!("{what} is given twice"))));
        self.part = Part::Top;
        match line.word("a part of an image")? {
            "chip" => {
                let name = line.string("the chip's name in quotes")?;
                if self.chip.is_some() {
                    return twice("chip");
                }
                (self.chip, self.part) = (Some((Chip::new(name), self.line)), Part::Chip);
            }
            "seed" => {
                let seed = line.u32("seed");
                if self.seed.replace(*seed.as_ref().unwrap_or(&0)).is_some() {
                    return twice("seed");
                }
                seed?;
            }
            "host" => self.part = Part::Host,
            "session" => self.part = Part::Session,
            "symbols" => self.part = Part::Symbols,
            _ => {
                let id = CoreId(line.u32("core")?);
                self.close();
                let last = self.cores.last().map(|core| core.core);
                if last >= Some(id) {
                    return Err((
                        at,
                        Fault::Conflict(format!("{id} does not ascend: cores are given once, in order")),
                    ));
                }
                (self.core, self.part) = (Some(Core::new(id, self.line)), Part::Core);
            }
        }
        line.end()
    }

    /// Finishes the core that is open. One with faults stays in the order, without its memories.
    fn close(&mut self) {
        let Some(core) = self.core.take() else { return };
        let empty = image::CoreImage { core: core.id(), ..image::CoreImage::default() };
        self.cores.push(core.finish().unwrap_or_else(|faults| {
            self.faults.extend(faults);
            empty
        }));
    }

    fn finish(mut self) -> Result<Image, Vec<AsmError>> {
        self.close();
        let missing = |what: &str| Fault::Conflict(format!("the text has no `{what}`"));
        let chip = match self.chip.take() {
            Some((chip, line)) => chip.finish().map_err(|fault| (line, fault)),
            None => Err((1, missing("chip"))),
        };
        let seed = self.seed.ok_or((1, missing("seed")));
        let mut faults = std::mem::take(&mut self.faults);
        match (chip, seed) {
            (Ok(chip), Ok(seed)) if faults.is_empty() => {
                let (cores, session, symbols) = (self.cores, self.session, self.symbols);
                Ok(Image { chip, seed, cores, host: self.host.finish(), session, symbols })
            }
            (chip, seed) => {
                let more = [chip.err(), seed.err()].into_iter().flatten();
                faults.extend(more.map(|(line, fault)| AsmError { line, column: 1, fault }));
                faults.sort_by_key(|fault| (fault.line, fault.column));
                Err(faults)
            }
        }
    }
}
