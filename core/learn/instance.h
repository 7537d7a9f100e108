// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Instance: one created model of a plugin, with what it told about itself, checked.
#ifndef PORTRAIT_LEARN_INSTANCE_H
#define PORTRAIT_LEARN_INSTANCE_H

#include <portrait/model.h>

#include "error.h"
#include "registry.h"
#include "text.h"

#define INSTANCE_OUTPUTS 257 // most outputs of a model: a class and 256 probabilities

struct instance {
    pt_host host; // the run's, with reading and writing of model payloads
    const struct component_info *plugin;
    const pt_model_vtable *vtable;
    const void *config; // borrowed
    void *self;
    pt_model_needs needs;
    const pt_output *const *outputs; // the plugin's
    uint32_t n_outputs;
    uint32_t n_classes; // of the label, set before fit and load; 0 = none
};

// Creates, describes and asks for outputs. The instance must not move: the plugin keeps the host's
// address. Released on failure.
pt_status instance_open(const struct component_info *plugin, const void *config,
                        const pt_host *host, struct instance *out, struct pt_error *err);
pt_status instance_fit(struct instance *m, const pt_data *data, const pt_run *run,
                       struct pt_error *err);
// The plugin's payload or explanation, appended to `out`.
pt_status instance_save(const struct instance *m, struct str *out, struct pt_error *err);
pt_status instance_explain(const struct instance *m, struct str *out, struct pt_error *err);
// What the model is in another format (PT_EXPORT_*), appended to `out`. PT_E_UNSUPPORTED when the
// plugin does not know it.
pt_status instance_export(const struct instance *m, const char *format, struct str *out,
                          struct pt_error *err);
// All bytes must be read.
pt_status instance_load(struct instance *m, const pt_schema *schema, struct text payload,
                        struct pt_error *err);
// Scores a block; PT_E_NUMERIC when a score is not finite or breaks its role.
pt_status instance_predict(const struct instance *m, const pt_block *block, double *out,
                           struct pt_error *err);
// PT_E_CONFIG when the classes of a label are not those the model has outputs for.
pt_status instance_set_classes(struct instance *m, uint32_t n_classes, struct pt_error *err);
// Why rows have their scores, as model.h's contribute() has it; PT_E_NUMERIC when not finite.
pt_status instance_contribute(const struct instance *m, const pt_block *block, double *out,
                              struct pt_error *err);
void instance_release(struct instance *m);

#endif
