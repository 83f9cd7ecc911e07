//! What travels on the mesh (timing 3.2): flits of spikes, barriers and management.

crate::words! {
    /// A flit. A packet is one flit; pop32 spikes, read responses and packets to another chip take two.
    Flit [64] {
        kind [2:0] u "0 spike, 1 spike_ext, 2 barrier_flush, 3 barrier_advance, 4 read_request, 5 read_response, 6 write, 7 header",
        epoch [3:3] u "parity of the step",
        tail [4:4] u "1: the last flit of its packet",
        x [10:5] u "destination tile, column",
        y [16:11] u "destination tile, row",
        core [18:17] u "destination core in its tile",
        axon [30:19] u "input axon",
        payload [46:31] u "atom, or data",
    }
    /// The optional first flit of a packet to another chip.
    ChipHeader [64] {
        kind [2:0] u "7",
        epoch [3:3] u "parity of the step",
        tail [4:4] u "0",
        chip [18:5] u "destination chip",
    }
    /// The first flit of a management packet: what is read or written on a core.
    ManagementHeader [64] {
        kind [2:0] u "4 read request, 5 read response, 6 write",
        epoch [3:3] u "parity of the step",
        tail [4:4] u "0 where data follows",
        x [10:5] u "destination tile, column",
        y [16:11] u "destination tile, row",
        core [18:17] u "destination core in its tile",
        memory [23:19] u "which memory, in the order of the manual",
        address [40:24] u "word in that memory",
    }
}
