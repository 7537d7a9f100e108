// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue: what the plugin offers and which options it has.
#include <portrait/plugin.h>

#include <string.h>

#include "class_weight.h"
#include "gbdt.h"

#define ROW .struct_size = sizeof(pt_option), .flags = PT_OPTF_AFFECTS_RESULT
#define AT(member) .offset = offsetof(struct gbdt_config, member)

static const char *const loss_choices[] = {"logistic", "squared"};

static const pt_option row_loss = {ROW,
                                   AT(loss),
                                   .type = PT_OPT_ENUM,
                                   .name = "loss",
                                   .help = "What is learnt: logistic, the probability of class 1; "
                                           "squared, the mean of a number.",
                                   .default_text = "logistic",
                                   .choices = loss_choices,
                                   .n_choices = 2,
                                   .example = "squared"};

static const pt_option row_trees = {ROW,
                                    AT(trees),
                                    .type = PT_OPT_I64,
                                    .name = "trees",
                                    .help = "Rounds of boosting; each adds one tree.",
                                    .unit = "trees",
                                    .default_text = "100",
                                    .i_min = 1,
                                    .i_max = GBDT_TREES_MAX,
                                    .example = "300"};

static const pt_option row_learning_rate = {
    ROW,
    AT(learning_rate),
    .type = PT_OPT_F64,
    .name = "learning_rate",
    .help = "Share of its best step that each tree takes; less wants more trees.",
    .default_text = "0.1",
    .f_min = 1e-6,
    .f_max = 1,
    .example = "0.05"};

static const pt_option row_depth = {ROW,
                                    AT(depth),
                                    .type = PT_OPT_I64,
                                    .name = "depth",
                                    .help = "Most conditions on the way to a leaf.",
                                    .unit = "splits",
                                    .default_text = "6",
                                    .i_min = 1,
                                    .i_max = GBDT_DEPTH_MAX,
                                    .example = "8"};

static const pt_option row_leaves = {
    ROW,
    AT(leaves),
    .type = PT_OPT_I64,
    .name = "leaves",
    .help = "Most leaves of a tree, the leaf with the highest gain split first; 0 = level by "
            "level, as many as `depth` allows.",
    .unit = "leaves",
    .default_text = "0",
    .i_max = GBDT_LEAVES_MAX,
    .example = "31"};

static const pt_option row_lambda = {ROW,
                                     AT(lambda),
                                     .type = PT_OPT_F64,
                                     .name = "lambda",
                                     .help = "Strength of the L2 penalty on the leaves' values.",
                                     .default_text = "1",
                                     .f_min = 0,
                                     .f_max = 1e12,
                                     .example = "5"};

static const pt_option row_min_gain = {ROW,
                                       AT(min_gain),
                                       .type = PT_OPT_F64,
                                       .name = "min_gain",
                                       .help = "A split must lower the penalised loss by more.",
                                       .default_text = "0",
                                       .f_min = 0,
                                       .f_max = 1e12,
                                       .example = "0.5"};

static const pt_option row_min_child_weight = {
    ROW,
    AT(min_child_weight),
    .type = PT_OPT_F64,
    .name = "min_child_weight",
    .help = "Least sum of hessians of a leaf: for squared loss of weights, for logistic loss of "
            "p * (1 - p).",
    .default_text = "1",
    .f_min = 0,
    .f_max = 1e12,
    .example = "10"};

static const pt_option row_min_leaf = {ROW,
                                       AT(min_leaf),
                                       .type = PT_OPT_I64,
                                       .name = "min_leaf",
                                       .help = "Fewest training rows of a leaf.",
                                       .unit = "rows",
                                       .default_text = "1",
                                       .i_min = 1,
                                       .i_max = INT64_C(1) << 40,
                                       .example = "20"};

static const pt_option row_rows = {
    ROW,
    AT(rows),
    .type = PT_OPT_F64,
    .name = "rows",
    .help = "Share of the rows that each tree learns from, drawn by the rows' stable keys.",
    .default_text = "1",
    .f_min = 0.001,
    .f_max = 1,
    .example = "0.8"};

static const pt_option row_columns = {ROW,
                                      AT(columns),
                                      .type = PT_OPT_F64,
                                      .name = "columns",
                                      .help = "Share of the columns that each tree may split by.",
                                      .default_text = "1",
                                      .f_min = 0.001,
                                      .f_max = 1,
                                      .example = "0.8"};

static const pt_option row_early_stopping = {
    ROW,
    AT(early_stopping),
    .type = PT_OPT_I64,
    .name = "early_stopping",
    .help = "Stop when the loss on held-out rows has not fallen for so many rounds, and keep the "
            "trees up to its lowest; 0 = learn all trees from all rows.",
    .unit = "rounds",
    .default_text = "0",
    .i_max = GBDT_TREES_MAX,
    .example = "20"};

static const pt_option row_validation = {
    ROW,
    AT(validation),
    .type = PT_OPT_F64,
    .name = "validation",
    .help = "Share of the rows held out for `early_stopping`, drawn by the rows' stable keys.",
    .default_text = "0.1",
    .f_min = 0.001,
    .f_max = 0.9,
    .example = "0.2"};

static const pt_option row_bins = {ROW,
                                   AT(max_bins),
                                   .type = PT_OPT_I64,
                                   .name = "bins",
                                   .help = "Most ranges that a number column is cut into.",
                                   .unit = "bins",
                                   .default_text = "255",
                                   .i_min = 2,
                                   .i_max = 255,
                                   .example = "63"};

static const pt_option row_class_weights = {
    ROW,
    AT(class_weights),
    .type = PT_OPT_STRING,
    .name = "class_weights",
    .help = "How much rows of class 1 count against those of class 0: none (as much), balanced "
            "(the classes weigh the same), or a number. Logistic loss only.",
    .default_text = "none",
    .pattern = CLASS_WEIGHT_PATTERN,
    .example = "balanced"};

static const pt_option row_direction = {.struct_size = sizeof(pt_option),
                                        .flags = PT_OPTF_AFFECTS_RESULT,
                                        .type = PT_OPT_I64,
                                        .name = "direction",
                                        .help = "1 = never falls, -1 = never rises, 0 = free.",
                                        .i_min = -1,
                                        .i_max = 1,
                                        .example = "1"};
static const pt_option *const direction_fields[] = {&row_direction};

static const pt_option row_monotone = {
    ROW,
    AT(monotone),
    .type = PT_OPT_MAP,
    .name = "monotone",
    .help = "Number columns whose rise may move the score one way only: 1 up, -1 down.",
    .default_text = "{}",
    .n_fields = 1,
    .fields = direction_fields,
    .elem_size = sizeof(int64_t),
    .example = "{age: 1, price: -1}"};

static const pt_option *const options[] = {
    &row_loss,       &row_trees,  &row_learning_rate, &row_depth,
    &row_leaves,     &row_lambda, &row_min_gain,      &row_min_child_weight,
    &row_min_leaf,   &row_rows,   &row_columns,       &row_early_stopping,
    &row_validation, &row_bins,   &row_class_weights, &row_monotone};

static const pt_output output_p = {.struct_size = sizeof(pt_output),
                                   .role = PT_ROLE_PROBABILITY,
                                   .name = "p",
                                   .help = "Probability of class 1."};
static const pt_output output_value = {.struct_size = sizeof(pt_output),
                                       .role = PT_ROLE_VALUE,
                                       .name = "value",
                                       .help = "Mean to be expected of the label."};
static const pt_output *const logistic_outputs[] = {&output_p};
static const pt_output *const squared_outputs[] = {&output_value};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct gbdt_model *m = pt_mem_zero(host, 1, sizeof *m);
    if (m == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for a model");
    }
    m->host = host;
    m->config = config;
    *self = m;
    return PT_OK;
}

static void destroy(void *self)
{
    struct gbdt_model *m = self;
    if (m != NULL) {
        const pt_host *host = m->host;
        gbdt_reset(m);
        pt_mem_free(host, m);
    }
}

static pt_status describe(void *self, pt_model_needs *out, pt_error *err)
{
    const struct gbdt_model *m = self;
    bool is_logistic = m->config->loss == GBDT_LOGISTIC;
    (void)err;
    out->task = is_logistic ? PT_TASK_BINARY : PT_TASK_REGRESS;
    out->layout = PT_LAYOUT_COLUMNS;
    out->dtype = 4;
    out->takes_missing = 1;
    out->takes_category = 1;
    out->takes_weight = 1;
    out->contributes = is_logistic ? PT_CONTRIBUTES_LOG_ODDS : PT_CONTRIBUTES_OUTPUT;
    return PT_OK;
}

static pt_status list_outputs(void *self, const pt_output *const **list, uint32_t *n, pt_error *err)
{
    const struct gbdt_model *m = self;
    (void)err;
    *list = m->config->loss == GBDT_LOGISTIC ? logistic_outputs : squared_outputs;
    *n = 1;
    return PT_OK;
}

static pt_status validate(const pt_host *host, const void *config, pt_error *err)
{
    const struct gbdt_config *c = config;
    struct class_weight weight;
    if (!class_weight_read(c->class_weights, &weight)) {
        return pt_fail(host, err, PT_E_CONFIG, "class_weights",
                       "the weight of class 1 must be above 0 and at most %g",
                       CLASS_WEIGHT_RATIO_MAX);
    }
    bool is_weighted = weight.kind != CLASS_WEIGHT_RATIO || weight.ratio != 1;
    if (c->loss == GBDT_SQUARED && is_weighted) {
        return pt_fail(host, err, PT_E_CONFIG, "class_weights",
                       "there are no classes with `loss: squared`");
    }
    if (c->leaves == 1) {
        return pt_fail(host, err, PT_E_CONFIG, "leaves", "a tree of one leaf says nothing");
    }
    return PT_OK;
}

static const pt_model_vtable vtable = {
    .struct_size = sizeof vtable,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .outputs = list_outputs,
    .fit = gbdt_fit,
    .predict = gbdt_predict,
    .save = gbdt_save,
    .load = gbdt_load,
    .explain = gbdt_explain,
    .contribute = gbdt_contribute,
    .export_as = gbdt_export,
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_MODEL,
    .name = "gbdt",
    .summary = "Probabilities or numbers from many small trees: gradient boosting.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct gbdt_config),
    .caps = PT_CAP_DETERMINISTIC,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .vtable = &vtable,
    .validate = validate,
};

static const pt_component *const components[] = {&component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .min_host_minor = 0,
    .n_components = 1,
    .id = "portrait.gbdt",
    .version = "1.0.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "Histogram gradient boosting",
    .components = components,
};

PT_PLUGIN(plugin, "portrait.gbdt", 0)
