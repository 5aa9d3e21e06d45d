// @ts-check
// One linter: typescript-eslint's strictest sets, the borders of scripts/rooms.js, and the habits that no compiler checks.
import eslint from "@eslint/js"
import tseslint from "typescript-eslint"
import { roomBorders } from "./scripts/room-borders.js"
import { NODE_FREE, PURE, THREAD_FILES } from "./scripts/rooms.js"

/** @param {readonly string[]} rooms */
const filesOf = (rooms) => rooms.map((room) => `src/${room}/**/*.ts`)

const CLOCK_AND_CHANCE = [
  { name: "Date", message: "time is a parameter in pure rooms" },
  { name: "performance", message: "time is a parameter in pure rooms" },
]
const NODE_GLOBALS = ["Buffer", "process", "setImmediate", "__dirname", "require"].map((name) => ({
  name,
  message: "this room runs in browsers too",
}))
const NO_DYNAMIC_IMPORT = {
  selector: "ImportExpression",
  message: "a static import shows in the import graph; only verbs and thread files load on demand",
}

export default tseslint.config(
  { ignores: ["dist/", "circuits/", "coverage/", "node_modules/", ".sotto/", "**/*.d.ts"] },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-control-regex": "off", // formats defined over bytes name control characters on purpose
    },
  },
  {
    files: ["src/**/*.ts"],
    plugins: { house: { rules: { borders: roomBorders } } },
    rules: {
      "house/borders": "error",
      "max-lines": ["error", { max: 300 }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      "no-restricted-syntax": ["error", NO_DYNAMIC_IMPORT],
      "no-restricted-properties": [
        "error",
        {
          object: "process",
          property: "env",
          message: "the environment is read in service/config.ts and cli/",
        },
      ],
    },
  },
  {
    files: filesOf(NODE_FREE),
    rules: { "no-restricted-globals": ["error", ...NODE_GLOBALS] },
  },
  {
    files: filesOf(PURE),
    rules: {
      "no-restricted-globals": ["error", ...NODE_GLOBALS, ...CLOCK_AND_CHANCE],
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "randomness is a parameter in pure rooms" },
        { object: "crypto", property: "getRandomValues", message: "randomness is a parameter in pure rooms" },
      ],
    },
  },
  { files: ["src/service/config.ts", "src/cli/**/*.ts"], rules: { "no-restricted-properties": "off" } },
  { files: ["src/cli/**/*.ts"], rules: { "no-console": "off" } },
  {
    files: [...THREAD_FILES, "src/cli/**/*.ts", "src/web/**/*.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    // Told once, top to bottom: ledger transaction T1 to T11.
    files: ["src/ledger/log/sequencer.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    // Oracles without types, deliberate malformations, and console tables live here.
    files: ["test/**/*.ts", "scripts/**/*.ts"],
    rules: {
      "@typescript-eslint/no-explicit-any": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-unsafe-type-assertion": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: ["**/*.js"],
    languageOptions: { globals: { process: "readonly", console: "readonly" } },
  },
)
