/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is known of the programs that start servers, and where each of them looks for code. The
 * rules apply to an entry without "trustDirectory" whose "cwd" is not an absolute path without
 * variables. docs/servers.md says the same for people.
 */
#include "upstream/config/mcp-launch-rules.h"

#include "common/mcp-error.h"

#include <string.h>

#define ADVICE                                                                                           \
  "; write an absolute path, or give the entry a “cwd” that is an absolute path without variables, " \
  "or “\"trustDirectory\": true” if programs may come from the directory of a session"

typedef struct
{
  McpLaunchPlan *plan;
  const char *empty_directory;
} Rules;

/* @at: the index in argv of the program's name */
typedef gboolean (*Rule) (Rules *rules, guint at, GError **error);

static gboolean apply_rules (Rules *rules, guint at, GError **error);

/**
 * mcp_launch_rules_clear_plan:
 * @self: a plan
 */
void
mcp_launch_rules_clear_plan (McpLaunchPlan *self)
{
  g_clear_pointer (&self->argv, g_ptr_array_unref);
  g_clear_pointer (&self->environment, g_ptr_array_unref);
}

/* Returns: (nullable): an argument; %NULL behind the last one */
static const char *
get (Rules *rules, guint at)
{
  return at < rules->plan->argv->len ? g_ptr_array_index (rules->plan->argv, at) : NULL;
}

static void
insert (Rules *rules, guint at, char *argument)
{
  g_ptr_array_insert (rules->plan->argv, (int) at, argument);
}

static gboolean G_GNUC_PRINTF (2, 3) refuse (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "%s" ADVICE, text);
  return FALSE;
}

static gboolean
refuse_launcher (Rules *rules, guint at, GError **error)
{
  return refuse (error, "“%s” takes what it runs from the files of its working directory",
                 get (rules, at));
}

static gboolean
is_in_directory (const char *path)
{
  return strstr (path, MCP_LAUNCH_RULES_DIRECTORY) != NULL;
}

/* An absolute path that the session has no say in. */
static gboolean
is_elsewhere (const char *path)
{
  return g_path_is_absolute (path) && !is_in_directory (path);
}

static gboolean
is_option (const char *argument)
{
  return argument[0] == '-' && argument[1] != '\0';
}

/* A path, or a name that an interpreter looks up in its working directory. */
static gboolean
check_script (const char *script, GError **error)
{
  if (script == NULL || is_elsewhere (script) || strcmp (script, "-") == 0)
    return TRUE;
  return refuse (error, "“%s” would be looked up in the directory of the session",
                 script + (is_in_directory (script) ? strlen (MCP_LAUNCH_RULES_DIRECTORY "/") : 0));
}

/* Options with an argument of their own, joined by blanks. */
static gboolean
takes_argument (const char *options, const char *argument)
{
  g_auto (GStrv) names = g_strsplit (options, " ", -1);

  return g_strv_contains ((const char *const *) names, argument);
}

static guint
skip_options (Rules *rules, guint at, const char *with_argument)
{
  const char *argument;

  while ((argument = get (rules, at)) != NULL && is_option (argument))
    {
      if (strcmp (argument, "--") == 0)
        return at + 1;
      at += takes_argument (with_argument, argument) ? 2 : 1;
    }
  return at;
}

/* A package by its name comes from a registry; a path or a file: comes from the directory. */
static gboolean
check_package (const char *package, GError **error)
{
  if (package == NULL ||
      (!is_in_directory (package) && package[0] != '.' && package[0] != '~' &&
       !g_str_has_prefix (package, "file:") && !g_str_has_prefix (package, "link:")))
    return TRUE;
  return refuse (error, "“%s” is a package in the directory of the session", package);
}

/* Interpreters */

static gboolean
has_option_letter (const char *argument, char letter)
{
  return argument[0] == '-' && argument[1] != '-' && strchr (argument + 1, letter) != NULL;
}

/* PYTHONSAFEPATH keeps the directory out of sys.path, for -m, -c and all that Python starts. With
   -E it is not looked at, and -P says the same. */
static gboolean
rule_python (Rules *rules, guint at, GError **error)
{
  const char *argument;
  guint first = at + 1;

  for (at++; (argument = get (rules, at)) != NULL && is_option (argument); at++)
    {
      if (has_option_letter (argument, 'E'))
        {
          insert (rules, first, g_strdup ("-P"));
          argument = get (rules, ++at);
        }
      if (has_option_letter (argument, 'm') || has_option_letter (argument, 'c'))
        return TRUE;
      if (strcmp (argument, "-X") == 0 || strcmp (argument, "-W") == 0)
        at++;
    }
  return check_script (argument, error);
}

#define NODE_CODE \
  " -r --require --import --loader --experimental-loader --env-file --env-file-if-exists "

static gboolean
check_node_option (const char *argument, const char *next, GError **error)
{
  g_autofree char *name = g_strndup (argument, strcspn (argument, "="));
  g_autofree char *framed = g_strconcat (" ", name, " ", NULL);
  const char *value = strchr (argument, '=') != NULL ? strchr (argument, '=') + 1 : next;

  if (g_str_has_prefix (name, "-e") || g_str_has_prefix (name, "-p") ||
      strcmp (name, "--eval") == 0 || strcmp (name, "--print") == 0 || strcmp (name, "--run") == 0)
    return refuse (error, "“%s” looks up packages in the directory of the session", argument);
  return strstr (NODE_CODE, framed) == NULL || check_script (value, error);
}

static gboolean
rule_node (Rules *rules, guint at, GError **error)
{
  const char *argument;

  for (at++; (argument = get (rules, at)) != NULL && is_option (argument); at++)
    {
      if (strcmp (argument, "--") == 0)
        return check_script (get (rules, at + 1), error);
      if (!check_node_option (argument, get (rules, at + 1), error))
        return FALSE;
      if (takes_argument ("-r --require --import --loader --experimental-loader --env-file "
                          "--env-file-if-exists -C --conditions --title",
                          argument))
        at++;
    }
  return check_script (argument, error);
}

static gboolean
rule_interpreter (Rules *rules, guint at, GError **error)
{
  return check_script (get (rules, skip_options (rules, at + 1, "-I -M -e")), error);
}

static gboolean is_known_launcher (const char *word);

/* What stands in a shell's command line is searched for the names of launchers; it is not
 * rewritten. */
static gboolean
check_command_line (const char *line, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (line, " \t\n;&|()<>\"'`$", -1);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      if (g_str_has_prefix (words[i], "./") || g_str_has_prefix (words[i], "../"))
        return refuse (error, "“%s” is in the directory of the session", words[i]);
      if (is_known_launcher (words[i]))
        return refuse (error,
                       "“%s” in the command line of a shell takes code from the directory of the "
                       "session; let it be the “command” itself",
                       words[i]);
    }
  return TRUE;
}

static gboolean
rule_shell (Rules *rules, guint at, GError **error)
{
  const char *argument;

  for (at++; (argument = get (rules, at)) != NULL && is_option (argument); at++)
    {
      if (has_option_letter (argument, 'c'))
        return get (rules, at + 1) == NULL || check_command_line (get (rules, at + 1), error);
      if (strcmp (argument, "-o") == 0 || strcmp (argument, "--rcfile") == 0)
        at++;
    }
  return check_script (argument, error);
}

/* env NAME=value … COMMAND */
static gboolean
rule_env (Rules *rules, guint at, GError **error)
{
  at = skip_options (rules, at + 1, "-u --unset -C --chdir -S");
  while (get (rules, at) != NULL && strchr (get (rules, at), '=') != NULL)
    at++;
  return get (rules, at) == NULL || apply_rules (rules, at, error);
}

/* Runners of packages */

#define NPX_OPTIONS "-p --package -w --workspace --call -c --registry --cache --userconfig"

/* npm takes a package from node_modules, and .npmrc, of its local prefix: that is the empty
   directory then. What it runs starts in the working directory all the same. */
static gboolean
apply_npx (Rules *rules, guint at, GError **error)
{
  guint package;

  rules->plan->uses_empty = TRUE;
  insert (rules, at, g_strdup_printf ("--prefix=%s", rules->empty_directory));
  for (guint i = at; get (rules, i) != NULL && is_option (get (rules, i)); i++)
    {
      if (takes_argument ("-c --call", get (rules, i)))
        return get (rules, i + 1) == NULL || check_command_line (get (rules, i + 1), error);
      if (takes_argument ("-p --package", get (rules, i)) &&
          !check_package (get (rules, i + 1), error))
        return FALSE;
      if (takes_argument (NPX_OPTIONS, get (rules, i)))
        i++;
    }
  package = skip_options (rules, at, NPX_OPTIONS);
  return get (rules, package) == NULL ||
         (check_package (get (rules, package), error) && apply_rules (rules, package, error));
}

static gboolean
rule_npx (Rules *rules, guint at, GError **error)
{
  return apply_npx (rules, at + 1, error);
}

static gboolean
rule_npm (Rules *rules, guint at, GError **error)
{
  const char *command = get (rules, at + 1);

  if (g_strcmp0 (command, "exec") == 0 || g_strcmp0 (command, "x") == 0)
    return apply_npx (rules, at + 2, error);
  return refuse_launcher (rules, at, error);
}

static void
start_elsewhere (Rules *rules)
{
  rules->plan->is_elsewhere = TRUE;
  rules->plan->uses_empty = TRUE;
}

/* These look in their working directory first, and have no option against it. */
static gboolean
apply_elsewhere (Rules *rules, guint at, GError **error)
{
  guint package = skip_options (rules, at, "-p --package");

  start_elsewhere (rules);
  return check_package (get (rules, package), error) &&
         (get (rules, package) == NULL || apply_rules (rules, package, error));
}

static gboolean
rule_bunx (Rules *rules, guint at, GError **error)
{
  return apply_elsewhere (rules, at + 1, error);
}

static gboolean
rule_bun (Rules *rules, guint at, GError **error)
{
  const char *command = get (rules, at + 1);

  if (g_strcmp0 (command, "x") == 0)
    return apply_elsewhere (rules, at + 2, error);
  if (command != NULL && is_elsewhere (command))
    {
      start_elsewhere (rules); /* bunfig.toml and .env would be read */
      return TRUE;
    }
  return refuse_launcher (rules, at, error);
}

static gboolean
rule_pnpm (Rules *rules, guint at, GError **error)
{
  guint command = skip_options (rules, at + 1, "--package");

  if (g_strcmp0 (get (rules, command), "dlx") == 0)
    return apply_elsewhere (rules, command + 1, error);
  return refuse_launcher (rules, at, error);
}

static gboolean
has_argument (Rules *rules, guint at, const char *option)
{
  for (const char *argument; (argument = get (rules, at)) != NULL; at++)
    if (strcmp (argument, option) == 0 ||
        (g_str_has_prefix (argument, option) && argument[strlen (option)] == '='))
      return TRUE;
  return FALSE;
}

/* uv.toml and the [tool.uv] of pyproject.toml may name another index to get packages from. */
static void
forbid_uv_files (Rules *rules)
{
  g_autofree char *file = g_build_filename (g_get_user_config_dir (), "uv", "uv.toml", NULL);
  gboolean has_file = g_file_test (file, G_FILE_TEST_EXISTS);

  g_ptr_array_add (rules->plan->environment, has_file ? g_strconcat ("UV_CONFIG_FILE=", file, NULL)
                                                      : g_strdup ("UV_NO_CONFIG=1"));
  g_ptr_array_add (rules->plan->environment, g_strdup ("UV_NO_ENV_FILE=1"));
}

#define UV_OPTIONS                                                                                \
  "--from --with --with-editable --with-requirements -p --python --index --index-url --env-file " \
  "--extra --group --directory --project --default-index --extra-index-url --cache-dir"

static gboolean
apply_uvx (Rules *rules, guint at, GError **error)
{
  guint package;

  forbid_uv_files (rules);
  for (guint i = at; get (rules, i) != NULL && is_option (get (rules, i)); i++)
    {
      if (takes_argument ("--from --with --with-editable --with-requirements", get (rules, i)) &&
          !check_package (get (rules, i + 1), error))
        return FALSE;
      if (takes_argument (UV_OPTIONS, get (rules, i)))
        i++;
    }
  package = skip_options (rules, at, UV_OPTIONS);
  return check_package (get (rules, package), error) &&
         (get (rules, package) == NULL || apply_rules (rules, package, error));
}

static gboolean
rule_uvx (Rules *rules, guint at, GError **error)
{
  return apply_uvx (rules, at + 1, error);
}

/* Returns: (nullable): the value of an option */
static const char *
find_value (Rules *rules, guint at, const char *option)
{
  gsize length = strlen (option);

  for (const char *argument; (argument = get (rules, at)) != NULL; at++)
    {
      if (strcmp (argument, option) == 0)
        return get (rules, at + 1);
      if (g_str_has_prefix (argument, option) && argument[length] == '=')
        return argument + length + 1;
    }
  return NULL;
}

static gboolean
is_absolute_value (const char *value)
{
  return value != NULL && is_elsewhere (value);
}

/* uv run of a project is that of the directory it names. Without one, the session's directory is no
   project, and its scripts are not run. */
static gboolean
apply_uv_run (Rules *rules, guint uv, guint run, GError **error)
{
  guint script = skip_options (rules, run + 1, UV_OPTIONS);

  if (is_absolute_value (find_value (rules, uv, "--directory")))
    return TRUE;
  forbid_uv_files (rules);
  if (!is_absolute_value (find_value (rules, uv, "--project")))
    {
      insert (rules, run + 1, g_strdup ("--no-project"));
      script++;
    }
  if (get (rules, script) != NULL &&
      (g_str_has_suffix (get (rules, script), ".py") || strchr (get (rules, script), '/') != NULL))
    return check_script (get (rules, script), error);
  return get (rules, script) == NULL || apply_rules (rules, script, error);
}

static gboolean
rule_uv (Rules *rules, guint at, GError **error)
{
  guint command = skip_options (rules, at + 1, UV_OPTIONS);

  if (g_strcmp0 (get (rules, command), "run") == 0)
    return apply_uv_run (rules, at, command, error);
  if (g_strcmp0 (get (rules, command), "tool") == 0 &&
      g_strcmp0 (get (rules, command + 1), "run") == 0)
    return apply_uvx (rules, command + 2, error);
  return refuse_launcher (rules, at, error);
}

/* pipx takes a name that ends in .py, or is a path, for a script. */
static gboolean
rule_pipx (Rules *rules, guint at, GError **error)
{
  guint package;

  if (g_strcmp0 (get (rules, at + 1), "run") != 0)
    return TRUE;
  package = skip_options (rules, at + 2, "--spec --python --index-url --pip-args --with");
  if (get (rules, package) != NULL && (g_str_has_suffix (get (rules, package), ".py") ||
                                       strchr (get (rules, package), '/') != NULL))
    return check_script (get (rules, package), error);
  return check_package (find_value (rules, at, "--spec"), error) &&
         check_package (get (rules, package), error);
}

static gboolean
is_remote_module (const char *module)
{
  return g_str_has_prefix (module, "npm:") || g_str_has_prefix (module, "jsr:") ||
         g_str_has_prefix (module, "https:") || g_str_has_prefix (module, "http:");
}

#define DENO_OPTIONS "-c --config --import-map --lock --ext --env-file"

/* deno.json and package.json may send an import to another module. */
static gboolean
rule_deno (Rules *rules, guint at, GError **error)
{
  static const char *const forbidden[] = { "--no-config", "--no-lock" };
  guint module;

  if (g_strcmp0 (get (rules, at + 1), "run") != 0)
    return refuse_launcher (rules, at, error);
  for (gsize i = 0; i < G_N_ELEMENTS (forbidden); i++)
    if (!has_argument (rules, at, "--config") && !has_argument (rules, at, "-c"))
      insert (rules, at + 2, g_strdup (forbidden[i]));
  g_ptr_array_add (rules->plan->environment, g_strdup ("DENO_NO_PACKAGE_JSON=1"));
  if (!check_script (find_value (rules, at, "--config"), error) ||
      !check_script (find_value (rules, at, "--import-map"), error))
    return FALSE;
  module = skip_options (rules, at + 2, DENO_OPTIONS);
  return get (rules, module) == NULL || is_remote_module (get (rules, module)) ||
         check_script (get (rules, module), error);
}

static const struct
{
  const char *name;
  Rule rule;
} rules_by_name[] = {
  { "python", rule_python },     { "pypy", rule_python },
  { "node", rule_node },         { "nodejs", rule_node },
  { "npx", rule_npx },           { "npm", rule_npm },
  { "bunx", rule_bunx },         { "bun", rule_bun },
  { "pnpm", rule_pnpm },         { "pnpx", rule_bunx },
  { "uvx", rule_uvx },           { "uv", rule_uv },
  { "pipx", rule_pipx },         { "deno", rule_deno },
  { "sh", rule_shell },          { "bash", rule_shell },
  { "dash", rule_shell },        { "zsh", rule_shell },
  { "ksh", rule_shell },         { "fish", rule_shell },
  { "env", rule_env },           { "ruby", rule_interpreter },
  { "perl", rule_interpreter },  { "php", rule_interpreter },
  { "lua", rule_interpreter },   { "yarn", refuse_launcher },
  { "tsx", refuse_launcher },    { "ts-node", refuse_launcher },
  { "make", refuse_launcher },   { "just", refuse_launcher },
  { "cargo", refuse_launcher },  { "go", refuse_launcher },
  { "poetry", refuse_launcher }, { "pipenv", refuse_launcher },
  { "pdm", refuse_launcher },    { "hatch", refuse_launcher },
  { "rye", refuse_launcher },    { "pixi", refuse_launcher },
  { "bundle", refuse_launcher }, { "rake", refuse_launcher },
  { "dotnet", refuse_launcher }, { "gradle", refuse_launcher },
  { "mvn", refuse_launcher },    { "docker-compose", refuse_launcher },
};

/* python3.11 is python, pypy3 is pypy. */
static char *
normalize_name (const char *command)
{
  char *name = g_path_get_basename (command);
  gsize length = strlen (name);

  if (g_str_has_prefix (name, "python") || g_str_has_prefix (name, "pypy") ||
      g_str_has_prefix (name, "lua") || g_str_has_prefix (name, "ruby") ||
      g_str_has_prefix (name, "php"))
    while (length > 0 && (g_ascii_isdigit (name[length - 1]) || name[length - 1] == '.'))
      name[--length] = '\0';
  return name;
}

static Rule
find_rule (const char *command)
{
  g_autofree char *name = normalize_name (command);

  for (gsize i = 0; i < G_N_ELEMENTS (rules_by_name); i++)
    if (strcmp (name, rules_by_name[i].name) == 0)
      return rules_by_name[i].rule;
  return NULL;
}

/* Python and shells are safe in a command line, as far as they are at all: see rule_python(). */
static gboolean
is_known_launcher (const char *word)
{
  Rule rule = *word != '\0' ? find_rule (word) : NULL;

  return rule != NULL && rule != rule_python && rule != rule_env && rule != rule_shell;
}

static gboolean
apply_rules (Rules *rules, guint at, GError **error)
{
  Rule rule = find_rule (get (rules, at));

  return rule == NULL || rule (rules, at, error);
}

static void
name_directory (GPtrArray *argv, const char *directory)
{
  for (guint i = 0; i < argv->len; i++)
    {
      g_auto (GStrv) parts = g_strsplit (argv->pdata[i], MCP_LAUNCH_RULES_DIRECTORY, -1);

      g_free (argv->pdata[i]);
      argv->pdata[i] = g_strjoinv (directory, parts);
    }
}

/**
 * mcp_launch_rules_plan:
 * @plan: (out caller-allocates): how to run the command; to be cleared in any case
 * @argv: (array zero-terminated=1): the command, its variables filled in; the session's directory
 * as %MCP_LAUNCH_RULES_DIRECTORY
 * @directory: the session's directory
 * @empty_directory: absolute; a directory without files
 * @error: return location
 *
 * Changes a command so that its launcher takes no code from the working directory. Any thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, where that cannot be: the message says what to write.
 *
 * Returns: whether the command may run
 */
gboolean
mcp_launch_rules_plan (McpLaunchPlan *plan,
                       const char *const *argv,
                       const char *directory,
                       const char *empty_directory,
                       GError **error)
{
  Rules rules = { plan, empty_directory };

  *plan = (McpLaunchPlan){ g_ptr_array_new_with_free_func (g_free),
                           g_ptr_array_new_with_free_func (g_free), FALSE };
  for (gsize i = 0; argv[i] != NULL; i++)
    g_ptr_array_add (plan->argv, g_strdup (argv[i]));
  g_ptr_array_add (plan->environment, g_strdup ("PYTHONSAFEPATH=1"));
  g_ptr_array_add (plan->environment, g_strdup ("COREPACK_ENABLE_PROJECT_SPEC=0"));

  if (strchr (argv[0], '/') != NULL && !is_elsewhere (argv[0]))
    return refuse (error, "The command is in the directory of the session");
  if (!apply_rules (&rules, 0, error))
    return FALSE;
  name_directory (plan->argv, directory);
  g_ptr_array_add (plan->argv, NULL);
  return TRUE;
}

/**
 * mcp_launch_rules_clean_path:
 * @environment: (transfer full) (array zero-terminated=1): "NAME=value"
 *
 * Drops the entries of PATH that are no absolute paths: they mean the working directory. Any
 * thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): the environment
 */
char **
mcp_launch_rules_clean_path (char **environment)
{
  const char *path = g_environ_getenv (environment, "PATH");
  g_auto (GStrv) entries = path != NULL ? g_strsplit (path, ":", -1) : NULL;
  g_autoptr (GString) clean = g_string_new (NULL);

  if (path == NULL)
    return environment;
  for (gsize i = 0; entries[i] != NULL; i++)
    if (g_path_is_absolute (entries[i]))
      g_string_append_printf (clean, "%s%s", clean->len > 0 ? ":" : "", entries[i]);
  return g_environ_setenv (environment, "PATH", clean->str, TRUE);
}
