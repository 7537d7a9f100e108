// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A model of the tests that behaves, or misbehaves, as told. It scores each row with the mean of
// the labels it saw, or for clusters with the whole part of column 0.
#ifndef FAKE_MODEL_H
#define FAKE_MODEL_H

#include <portrait/model.h>
#include <portrait/option.h>

#include "registry.h"

struct fake_config {
    pt_model_needs needs;
    pt_output output;     // the first
    pt_output more[3];    // the others, of classes
    pt_list classes;      // texts
    uint32_t n_outputs;   // told; 0 or more than there are is a fault
    uint8_t is_mirror;    // scores each row with its column 0
    uint8_t is_unfair;    // NaN as a score
    uint8_t is_shapeless; // explains itself in words, not JSON
    uint8_t is_list;      // explains itself as a list
    uint8_t is_greedy;    // reads more than it saved
    uint8_t is_forgetful; // reads less than it saved
    pt_status fit_status;
    // What fit saw.
    uint32_t *n_fits;
    uint64_t *n_rows;
    uint32_t *faults; // broken promises of the host
};

extern const struct component_info fake_component;
struct fake_config fake_binary(void);
struct fake_config fake_cluster(void);
struct fake_config fake_regress(void);
struct fake_config fake_classes(void);

#endif
