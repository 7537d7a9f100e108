// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a model adds and wants, asked before anything runs.
#include "learn.h"

#include "instance.h"
#include "segments.h"

static enum vec_type type_of(int32_t role)
{
    switch (role) {
    case PT_ROLE_SEGMENT:
        return VEC_I64;
    case PT_ROLE_CLASS:
        return VEC_STR;
    default:
        return VEC_F64;
    }
}

static bool add_outputs(const struct instance *m, struct learn_shape *s)
{
    s->outputs = arena_zero(&s->arena, (size_t)m->n_outputs + 1, sizeof *s->outputs);
    if (s->outputs == NULL) {
        return false;
    }
    for (uint32_t i = 0; i <= m->n_outputs; i++) {
        const pt_output *from = m->outputs[i == 0 ? 0 : i - 1];
        struct learn_output *to = &s->outputs[i];
        to->name = i == 0 ? "" : arena_strdup(&s->arena, from->name);
        to->help = arena_strdup(&s->arena, from->help == NULL ? "" : from->help);
        to->role = from->role;
        to->type = type_of(from->role);
        if (to->name == NULL || to->help == NULL) {
            return false;
        }
    }
    s->n_outputs = (size_t)m->n_outputs + 1;
    return true;
}

pt_status learn_describe(const struct component_info *plugin, const void *config,
                         const pt_host *host, struct learn_shape *out, struct pt_error *err)
{
    struct instance m;
    TRY(instance_open(plugin, config, host, &m, err));
    struct learn_shape s = {
        .task = m.needs.task,
        .needs_label = m.needs.task != PT_TASK_CLUSTER,
        .takes_category = m.needs.takes_category != 0,
        .takes_missing = m.needs.takes_missing != 0,
        .contributes = m.needs.contributes,
    };
    const char *order_by = segments_order_by(plugin, config, NULL);
    bool is_made = add_outputs(&m, &s);
    if (is_made && order_by != NULL) {
        s.order_by = arena_strdup(&s.arena, order_by);
        is_made = s.order_by != NULL;
    }
    instance_release(&m);
    if (!is_made) {
        learn_shape_release(&s);
        FAIL(err, PT_E_NO_MEMORY, "no memory for the outputs of `%s`", plugin->name);
    }
    *out = s;
    return PT_OK;
}

void learn_shape_release(struct learn_shape *s)
{
    arena_release(&s->arena);
    *s = (struct learn_shape){0};
}
