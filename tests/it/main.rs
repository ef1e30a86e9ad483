//! What users are promised, tested from outside.

mod accounts;
mod batch;
mod collaborations;
mod council;
mod damage;
mod faults;
mod history;
mod members;
mod opening;
mod programme;
mod ranking;
mod ratings;
mod reading;
mod refusals;
mod register;
mod trees;
mod vectors;
mod worked_example;
