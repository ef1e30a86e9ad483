//! Everything that needs nothing but Rust, in one binary.

mod worked_example;
