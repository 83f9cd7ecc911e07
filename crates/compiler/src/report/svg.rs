//! The placement as a picture: chips, tiles, cores; a core's colour is its population, its depth how full it is.

use std::fmt::Write;

use super::{CoreReport, Report};

/// Side of a core, in pixels.
const CORE: u32 = 26;
/// Between tiles, and between chips.
const GAP: u32 = 6;
const CHIP_GAP: u32 = 18;
/// Height of a line of the legend.
const LINE: u32 = 18;
/// Hues are spread by the golden angle, so that neighbours in the list differ.
const HUE_STEP: usize = 137;
/// Populations named in the legend.
const LEGEND: usize = 24;

/// Cores of a tile lie two by two.
const COLUMNS: u32 = 2;

pub(super) fn svg(report: &Report) -> String {
    let tile = COLUMNS * CORE + GAP;
    let chip = (report.mesh.0 * tile + CHIP_GAP, report.mesh.1 * tile + CHIP_GAP);
    let named = report.populations.len().min(LEGEND);
    let (width, height) = (report.board.0 * chip.0 + GAP, report.board.1 * chip.1 + GAP);
    let full_height = height + (named as u32 + 1) * LINE;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {full_height}\" font-family=\"sans-serif\" font-size=\"11\">\n"
    );
    for at in 0..report.board.0 * report.board.1 {
        let (x, y) = (at % report.board.0 * chip.0, at / report.board.0 * chip.1);
        let (w, h) = (chip.0 - CHIP_GAP + GAP, chip.1 - CHIP_GAP + GAP);
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"4\" fill=\"#f2f2f2\"/>"
        );
    }
    report.cores.iter().for_each(|core| draw(report, core, &mut out));
    for (i, name) in report.populations.iter().take(named).enumerate() {
        let y = height + (i as u32 + 1) * LINE;
        let _ = write!(
            out,
            "<rect x=\"{GAP}\" y=\"{}\" width=\"10\" height=\"10\" fill=\"{}\"/>",
            y - 10,
            colour(i)
        );
        let _ = writeln!(out, "<text x=\"{}\" y=\"{y}\">{}</text>", GAP + 16, escape(name));
    }
    out + "</svg>\n"
}

fn draw(report: &Report, core: &CoreReport, out: &mut String) {
    let tile = COLUMNS * CORE + GAP;
    let (chip_x, chip_y) = (core.tile.0 / report.mesh.0, core.tile.1 / report.mesh.1);
    let x = core.tile.0 * tile + chip_x * CHIP_GAP + core.slot % COLUMNS * CORE + GAP;
    let y = core.tile.1 * tile + chip_y * CHIP_GAP + core.slot / COLUMNS * CORE + GAP;
    let used = core.usage[core.bottleneck];
    let population = core.neurons.first().map_or(0, |neurons| neurons.0);
    let opacity = 25 + used.permille.min(1000) * 75 / 1000;
    let side = CORE - 2;
    let _ = write!(
        out,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" rx=\"2\" fill=\"{}\" fill-opacity=\"{}.{:02}\">",
        colour(population),
        opacity / 100,
        opacity % 100
    );
    let slice = |&(population, start, end): &(usize, u32, u32)| {
        format!("{}[{start}..{end}]", escape(&report.populations[population]))
    };
    let neurons: Vec<String> = core.neurons.iter().take(4).map(slice).collect();
    let percent = used.permille / 10;
    let _ = writeln!(
        out,
        "<title>core {}: {} ({percent} % of {})</title></rect>",
        core.core,
        neurons.join(" "),
        core.bottleneck
    );
}

fn colour(population: usize) -> String {
    format!("hsl({},65%,45%)", population * HUE_STEP % 360)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
