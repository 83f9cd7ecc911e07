//! Micro-benchmarks as programs: a description with a few lines changed, compiled, loaded, run, timed.

use emulator::time::mesh::sparse::Sparse;
use emulator::time::mesh::{Log, NoLog};
use emulator::time::pipeline::{StepReport, Timed};
use emulator::{Chip, Observer, StepWork};
use image::Image;
use isa::chip::{ChipDescription, Grid};
use isa::ids::{CoreId, Step};
use isa::timing::Timing;

use crate::failure::Failure;

/// The descriptions of `programs/microbenchmarks`, by name.
const TEXTS: [(&str, &str); 9] = [
    ("mb1", include_str!("../../../../../programs/microbenchmarks/main.snn")),
    ("mb2", include_str!("../../../../../programs/microbenchmarks/mb2.snn")),
    ("mb3", include_str!("../../../../../programs/microbenchmarks/mb3.snn")),
    ("mb4", include_str!("../../../../../programs/microbenchmarks/mb4.snn")),
    ("mb5", include_str!("../../../../../programs/microbenchmarks/mb5.snn")),
    ("mb6", include_str!("../../../../../programs/microbenchmarks/mb6.snn")),
    ("mb8", include_str!("../../../../../programs/microbenchmarks/mb8.snn")),
    ("mb9", include_str!("../../../../../programs/microbenchmarks/mb9.snn")),
    ("mb10", include_str!("../../../../../programs/microbenchmarks/mb10.snn")),
];
/// The description of mb11, which no constant needs.
const SPLIT: &str = include_str!("../../../../../programs/microbenchmarks/mb11.snn");

/// The chip of the contract with another board.
pub fn board(chips: [u32; 2], tiles: [u32; 2]) -> Result<ChipDescription, Failure> {
    let chip = ChipDescription::shipped("loihi").map_err(|error| Failure::internal(error.to_string()))?;
    let grid = |[width, height]: [u32; 2]| Grid { width, height };
    Ok(ChipDescription { board: grid(chips), mesh: grid(tiles), ..chip })
}

/// A program on a chip, ready to run.
pub struct Program {
    image: Image,
}

/// Gathers the work of every step.
#[derive(Default)]
struct Gather(Vec<StepWork>);

impl Observer for Gather {
    const RECORDS: bool = true;

    fn step(&mut self, _step: Step, work: &StepWork) {
        self.0.push(work.clone());
    }
}

impl Program {
    /// Compiles a micro-benchmark for a board; `changes` are beginnings of lines and how they go on instead.
    pub fn new(name: &str, changes: &[(&str, &str)], chip: &ChipDescription) -> Result<Self, Failure> {
        let text = TEXTS.iter().find(|(known, _)| *known == name).map_or(SPLIT, |(_, text)| text);
        let text = changes.iter().try_fold(text.to_string(), |text, change| changed(&text, *change));
        let text = text.map_err(|line| Failure::internal(format!("{name} has no line `{line}`")))?;
        let failed = |what: String| Failure::internal(format!("micro-benchmark {name}: {what}"));
        let graph = network::parse(&text, &network::NoFiles).map_err(|error| failed(format!("{error:?}")))?;
        let compiled = compiler::compile(&graph, chip, &compiler::Options::default());
        let image = compiled.map_err(|error| failed(format!("{error:?}")))?.image;
        Ok(Self { image })
    }

    /// Runs `steps` steps and times them, step 0 included.
    pub fn time(&self, timing: &Timing, steps: u32) -> Result<Vec<StepReport>, Failure> {
        Ok(self.time_logged(timing, steps, NoLog)?.0)
    }

    /// As [`Self::time`], telling a log every grant.
    pub fn time_logged<L: Log>(
        &self,
        timing: &Timing,
        steps: u32,
        log: L,
    ) -> Result<(Vec<StepReport>, L), Failure> {
        let cores: Vec<CoreId> = self.image.cores.iter().map(|core| core.core).collect();
        let timed = Timed::<Sparse, L>::new(&self.image.chip, timing, &cores, log);
        let mut timed = timed.map_err(refuse)?;
        self.observe(steps, &mut timed)?;
        timed.finish().map_err(refuse)
    }

    /// The work of every step, from step 1 on.
    pub fn work(&self, steps: u32) -> Result<Vec<StepWork>, Failure> {
        let mut gather = Gather::default();
        self.observe(steps, &mut gather)?;
        Ok(gather.0)
    }

    fn observe(&self, steps: u32, observer: &mut impl Observer) -> Result<(), Failure> {
        let mut chip = Chip::load(&self.image).map_err(|error| Failure::internal(error.to_string()))?;
        chip.run(steps, 1, observer, &mut |_, _| {});
        Ok(())
    }

    /// The steady step of a program that does the same in every step.
    pub fn steady(&self, timing: &Timing) -> Result<StepReport, Failure> {
        let steps = self.time(timing, 8)?;
        let [before, step] = [&steps[5], &steps[6]];
        if before.cycles != step.cycles || before.counts != step.counts {
            return Err(Failure::internal(format!("steps of equal work differ: {before:?}, {step:?}")));
        }
        Ok(step.clone())
    }
}

fn refuse(error: emulator::time::pipeline::TimeError) -> Failure {
    Failure::user(error.to_string())
}

/// The text with the rest of the line that starts so replaced; the start, where no line does.
fn changed(text: &str, (start, rest): (&str, &str)) -> Result<String, String> {
    if !text.lines().any(|line| line.starts_with(start)) {
        return Err(start.to_string());
    }
    let line = |line: &str| match line.starts_with(start) {
        true => format!("{start}{rest}\n"),
        false => format!("{line}\n"),
    };
    Ok(text.lines().map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::changed;

    #[test]
    fn lines_are_changed_or_missed() {
        let text = "const n = 4\nrun 8\n";
        assert_eq!(changed(text, ("const n = ", "9")), Ok("const n = 9\nrun 8\n".into()));
        assert_eq!(changed(text, ("const m = ", "9")), Err("const m = ".into()));
    }
}
