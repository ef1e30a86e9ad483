//! What users are promised, tested from outside.

mod batch;
mod damage;
mod explanations;
mod faults;
mod history;
mod opening;
mod policy;
mod programme;
mod ranking;
mod ratings;
mod reading;
mod record;
mod refusals;
mod steps;
mod trees;
mod vectors;
mod worked_example;
