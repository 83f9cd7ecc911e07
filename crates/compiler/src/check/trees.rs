//! The dendrite stack: what each compartment pops is what the graph calls its children (contract 5).

use isa::op::StackIn;

use super::Core;
use super::finding::Findings;

pub fn check(core: &Core, found: &mut Findings) {
    let mut stack: Vec<u32> = Vec::new();
    let most = core.index.image.chip.limits.stack as usize;
    for (i, &key) in core.keys.iter().enumerate() {
        let Some(profile) = core.image.profiles.get(core.image.compartments[i].profile as usize) else {
            return;
        };
        let children = children(core, key);
        let popped = match StackIn::from_code(profile.stack_in) {
            Some(StackIn::None) => vec![],
            Some(StackIn::PopA) => vec![stack.pop()],
            Some(StackIn::PopBA) => {
                let b = stack.pop();
                vec![stack.pop(), b]
            }
            None => vec![None],
        };
        let popped: Option<Vec<u32>> = popped.into_iter().collect();
        let thing = || format!("what {} takes from the stack", core.index.name(key));
        found.same(core.place(), thing, &Some(children), &popped);
        if profile.stack_out != 0 {
            stack.push(key);
        }
        let (population, _, compartment) = core.index.compartment(key);
        if std::ptr::eq(&raw const population.tree[population.root()], compartment) && !stack.is_empty() {
            found.broken(core.place(), format!("the stack is not empty after {}", core.index.name(key)));
        }
        found.limit(core.place(), "items of the dendrite stack", stack.len(), most);
    }
    found.limit(core.place(), "items left on the dendrite stack", stack.len(), 0);
}

/// Keys of the children of a compartment: none, A, or A and B.
fn children(core: &Core, key: u32) -> Vec<u32> {
    let (population, _, compartment) = core.index.compartment(key);
    let at = population.tree.iter().position(|c| std::ptr::eq(c, compartment)).unwrap_or(0) as u32;
    compartment.children.iter().map(|&child| key - at + child as u32).collect()
}
