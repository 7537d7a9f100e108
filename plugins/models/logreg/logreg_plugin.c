// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue: what the plugin offers and which options it has.
#include <portrait/plugin.h>

#include "logreg.h"

#define ROW .struct_size = sizeof(pt_option)
#define AT(member) .offset = offsetof(struct logreg_config, member)

static const pt_option row_lambda = {
    ROW,
    AT(lambda),
    .type = PT_OPT_F64,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "lambda",
    .help = "Strength of the L2 penalty on the coefficients (lambda / 2 times their squares, the "
            "intercept free); 0 = none. 1 / lambda is what others call C.",
    .default_text = "1",
    .f_min = 0,
    .f_max = 1e12};

static const pt_option row_rounds = {ROW,
                                     AT(rounds),
                                     .type = PT_OPT_I64,
                                     .flags = PT_OPTF_AFFECTS_RESULT,
                                     .name = "rounds",
                                     .help =
                                         "Most rounds of Newton's method; fewer than 20 are usual.",
                                     .unit = "rounds",
                                     .default_text = "100",
                                     .i_min = 1,
                                     .i_max = 10000};

static const pt_option *const options[] = {&row_lambda, &row_rounds};

static const pt_output output_p = {.struct_size = sizeof(pt_output),
                                   .role = PT_ROLE_PROBABILITY,
                                   .name = "p",
                                   .help = "Probability of class 1."};
static const pt_output *const outputs[] = {&output_p};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct logreg *m = pt_mem_zero(host, 1, sizeof *m);
    if (m == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for a logistic regression");
    }
    m->host = host;
    m->config = config;
    *self = m;
    return PT_OK;
}

static void destroy(void *self)
{
    struct logreg *m = self;
    if (m != NULL) {
        const pt_host *host = m->host;
        logreg_reset(m);
        pt_mem_free(host, m);
    }
}

static pt_status describe(void *self, pt_model_needs *out, pt_error *err)
{
    (void)self;
    (void)err;
    out->task = PT_TASK_BINARY;
    out->layout = PT_LAYOUT_ROWS;
    out->dtype = 8;
    out->wants_scaling = 1;
    return PT_OK;
}

static pt_status list_outputs(void *self, const pt_output *const **list, uint32_t *n, pt_error *err)
{
    (void)self;
    (void)err;
    *list = outputs;
    *n = 1;
    return PT_OK;
}

static const pt_model_vtable vtable = {
    .struct_size = sizeof vtable,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .outputs = list_outputs,
    .fit = logreg_fit_model,
    .predict = logreg_predict,
    .save = logreg_save,
    .load = logreg_load,
    .explain = logreg_explain,
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_MODEL,
    .name = "logreg",
    .summary = "Probability of a yes by logistic regression.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct logreg_config),
    .caps = PT_CAP_DETERMINISTIC,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .vtable = &vtable,
};

static const pt_component *const components[] = {&component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .min_host_minor = 1,
    .n_components = 1,
    .id = "portrait.logreg",
    .version = "1.0.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "Binary logistic regression",
    .components = components,
};

PT_EXPORT const pt_plugin *portrait_plugin_v0(void);

PT_EXPORT const pt_plugin *portrait_plugin_v0(void)
{
    return &plugin;
}
