//! `seamount build`: a network becomes an image.

use std::path::PathBuf;

use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::open::{self, Input, Layout, Network};
use crate::ui::Ui;
use crate::write;

#[derive(clap::Args)]
#[command(after_help = "Examples: seamount build programs/digits -o chip.img --report\n          \
seamount build net.snn -o chip.img --chip loihi-8 --placement-svg placement.svg")]
pub struct Arguments {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    layout: Layout,
    /// The image to write [default: NAME.img]
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print how full each core is, and what binds it
    #[arg(long)]
    report: bool,
    /// Draw the placement as SVG
    #[arg(long, value_name = "FILE")]
    placement_svg: Option<PathBuf>,
}

pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Exit, Failure> {
    let network = open::network(&arguments.input.path, ui)?;
    let compiled = open::compile(&network, &arguments.layout, ui)?;
    check(&network, &compiled.image)?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.img", network.graph.name)));
    let bytes = open::bytes(&compiled.image)?;
    write::atomic(&out, &bytes)?;
    ui.status("Wrote", &format!("{} ({} bytes)", out.display(), bytes.len()));
    if let Some(path) = &arguments.placement_svg {
        write::atomic(path, compiled.report.svg().as_bytes())?;
        ui.status("Wrote", &path.display().to_string());
    }
    let mut object = json!({ "schema": trace::SCHEMA, "image": out, "bytes": bytes.len() });
    if arguments.report {
        object["report"] = serde_json::to_value(&compiled.report).unwrap_or_default();
        ui.print(&compiled.report.text());
    }
    ui.object(&object);
    Ok(Exit::Ok)
}

/// Reads the image back and holds it against the network; a difference is our mistake.
fn check(network: &Network, image: &image::Image) -> Result<(), Failure> {
    compiler::check(&network.graph, image).map_err(|errors| {
        let found: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::internal(format!("the image is not the network it was made from:\n{}", found.join("\n")))
            .help("this is a bug of the compiler; please report it with the network")
    })
}
