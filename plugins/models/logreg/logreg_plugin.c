// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue: what the plugin offers and which options it has.
#include <stdio.h>
#include <string.h>

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
    .help = "Strength of the penalty on the coefficients, the intercept free; 0 = none. 1 / lambda "
            "is what others call C.",
    .default_text = "1",
    .f_min = 0,
    .f_max = 1e12,
    .example = "0.5"};

static const pt_option row_l1_ratio = {
    ROW,
    AT(l1_ratio),
    .type = PT_OPT_F64,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "l1_ratio",
    .help = "Share of the penalty that is L1 (coefficients become exactly 0), the rest L2: "
            "lambda * (l1_ratio * |w| + (1 - l1_ratio) / 2 * w^2). 1 = lasso.",
    .default_text = "0",
    .f_min = 0,
    .f_max = 1,
    .example = "0.5",
    .since = "1.1.0"};

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
                                     .i_max = 10000,
                                     .example = "50"};

static const pt_option row_class = {ROW, .type = PT_OPT_STRING, .name = "class",
                                    .help = "A value of the label.", .pattern = ".+"};
static const pt_option *const class_rows[] = {&row_class};

static const pt_option row_classes = {
    ROW,
    AT(classes),
    .type = PT_OPT_LIST,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "classes",
    .help = "The label's classes in order, 3 or more for a model of several classes; of 2 the "
            "second is the yes. Absent: two classes, from the data.",
    .example = "[bronze, silver, gold]",
    .fields = class_rows,
    .n_fields = 1,
    .elem_size = sizeof(const char *),
    .since = "1.1.0"};

static const char *const balances[] = {"none", "balanced"};

static const pt_option row_class_weight = {
    ROW,
    AT(balance),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "class_weight",
    .help = "What a row counts: none = 1; balanced = rows / (classes * rows of its class), so that "
            "all classes count the same in all.",
    .default_text = "none",
    .choices = balances,
    .n_choices = 2,
    .example = "balanced",
    .since = "1.1.0"};

static const pt_option row_weight = {
    ROW,           .type = PT_OPT_F64, .name = "weight", .help = "What a row of the class counts.",
    .f_min = 1e-6, .f_max = 1e6};
static const pt_option *const weight_rows[] = {&row_weight};

static const pt_option row_weights = {
    ROW,
    AT(weights),
    .type = PT_OPT_MAP,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "weights",
    .help = "What a row of each class counts; classes left out count as class_weight says.",
    .example = "{yes: 5}",
    .fields = weight_rows,
    .n_fields = 1,
    .elem_size = sizeof(double),
    .since = "1.1.0"};

static const pt_option *const options[] = {&row_lambda,  &row_l1_ratio,     &row_rounds,
                                           &row_classes, &row_class_weight, &row_weights};

static const pt_output output_p = {.struct_size = sizeof(pt_output),
                                   .role = PT_ROLE_PROBABILITY,
                                   .name = "p",
                                   .help = "Probability of class 1."};
static const pt_output *const outputs_of_two[] = {&output_p};

static const char *class_text(const struct logreg_config *c, uint32_t i)
{
    return ((const char *const *)c->classes.items)[i];
}

static pt_status check_config(const pt_host *host, const void *config, pt_error *err)
{
    const struct logreg_config *c = config;
    if (c->classes.n == 1 || c->classes.n > LOGREG_CLASSES) {
        return pt_fail(host, err, PT_E_CONFIG, "classes", "a label has 2 to %d classes, not %u",
                       LOGREG_CLASSES, c->classes.n);
    }
    for (uint32_t i = 0; i < c->classes.n; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(class_text(c, i), class_text(c, j)) == 0) {
                return pt_fail(host, err, PT_E_CONFIG, "classes", "class `%s` is there twice",
                               class_text(c, i));
            }
        }
    }
    return PT_OK;
}

static void destroy(void *self)
{
    struct logreg *m = self;
    if (m == NULL) {
        return;
    }
    const pt_host *host = m->host;
    logreg_reset(m);
    for (uint32_t i = 0; m->output_texts != NULL && i < m->n_outputs; i++) {
        pt_mem_free(host, m->output_texts[i]);
    }
    pt_mem_free(host, m->output_texts);
    pt_mem_free(host, m->output_list);
    pt_mem_free(host, m->outputs);
    pt_mem_free(host, m);
}

// `class`, and `p_<class>` for each.
static pt_status name_outputs(struct logreg *m, pt_error *err)
{
    const struct logreg_config *c = m->config;
    m->n_outputs = c->classes.n + 1;
    m->outputs = pt_mem_zero(m->host, m->n_outputs, sizeof *m->outputs);
    m->output_list = pt_mem_zero(m->host, m->n_outputs, sizeof *m->output_list);
    m->output_texts = pt_mem_zero(m->host, m->n_outputs, sizeof *m->output_texts);
    uint8_t is_out = m->outputs == NULL || m->output_list == NULL || m->output_texts == NULL;
    for (uint32_t i = 0; is_out == 0 && i < m->n_outputs; i++) {
        const char *class = i == 0 ? "" : class_text(c, i - 1);
        uint64_t size = strlen(class) + sizeof "class";
        char *text = pt_mem_zero(m->host, size, 1);
        m->output_texts[i] = text;
        if (text == NULL) {
            is_out = 1;
            break;
        }
        snprintf(text, size, i == 0 ? "class" : "p_%s", class);
        m->outputs[i] = (pt_output){
            .struct_size = sizeof(pt_output),
            .role = i == 0 ? PT_ROLE_CLASS : PT_ROLE_PROBABILITY,
            .name = text,
            .help = i == 0 ? "The most probable class." : "Probability of the class.",
        };
        m->output_list[i] = &m->outputs[i];
    }
    if (is_out != 0) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for %u classes",
                       c->classes.n);
    }
    return PT_OK;
}

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    pt_status status = check_config(host, config, err);
    if (status != PT_OK) {
        return status;
    }
    struct logreg *m = pt_mem_zero(host, 1, sizeof *m);
    if (m == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for a logistic regression");
    }
    m->host = host;
    m->config = config;
    m->kernel = logreg_kernel_of(host->cpu);
    if (m->config->classes.n > 2) {
        status = name_outputs(m, err);
    }
    if (status != PT_OK) {
        destroy(m);
        return status;
    }
    *self = m;
    return PT_OK;
}

static pt_status describe(void *self, pt_model_needs *out, pt_error *err)
{
    const struct logreg *m = self;
    (void)err;
    uint8_t is_several = m->output_list != NULL;
    out->task = is_several != 0 ? PT_TASK_CLASSES : PT_TASK_BINARY;
    out->layout = PT_LAYOUT_COLUMNS;
    out->dtype = 8;
    out->wants_scaling = 1;
    out->contributes = is_several != 0 ? PT_CONTRIBUTES_NOTHING : PT_CONTRIBUTES_LOG_ODDS;
    return PT_OK;
}

static pt_status list_outputs(void *self, const pt_output *const **list, uint32_t *n, pt_error *err)
{
    const struct logreg *m = self;
    (void)err;
    *list = m->output_list != NULL ? m->output_list : outputs_of_two;
    *n = m->output_list != NULL ? m->n_outputs : 1;
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
    .contribute = logreg_contribute,
    .export_as = logreg_export,
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_MODEL,
    .name = "logreg",
    .summary = "Probability of a yes, or of each class, by logistic regression.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct logreg_config),
    .caps = PT_CAP_DETERMINISTIC,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .vtable = &vtable,
    .validate = check_config,
};

static const pt_component *const components[] = {&component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .min_host_minor = 0,
    .n_components = 1,
    .id = "portrait.logreg",
    .version = "1.1.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "Logistic regression of two or more classes",
    .components = components,
};

PT_PLUGIN(plugin, "portrait.logreg", 0)
