//! What users are promised, tested from outside.

mod accounts;
mod adverse;
mod batch;
mod collaborations;
mod council;
mod damage;
mod explanations;
mod faults;
mod history;
mod members;
mod opening;
mod policy;
mod programme;
mod ranking;
mod ratings;
mod reading;
mod record;
mod refusals;
mod register;
mod steps;
mod trees;
mod vectors;
mod worked_example;
