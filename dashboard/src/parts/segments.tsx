interface SegmentsProps<Choice extends string> {
  readonly legend: string
  readonly choices: readonly Choice[]
  readonly chosen: NoInfer<Choice>
  onChange(choice: NoInfer<Choice>): void
}

/** One of a few, all of them in sight. */
export function Segments<Choice extends string>({
  legend,
  choices,
  chosen,
  onChange,
}: SegmentsProps<Choice>) {
  return (
    <fieldset className="segments">
      <legend className="unseen">{legend}</legend>
      {choices.map((choice) => (
        <label key={choice}>
          <input
            type="radio"
            name={legend}
            checked={choice === chosen}
            onChange={() => onChange(choice)}
          />
          <span>{choice}</span>
        </label>
      ))}
    </fieldset>
  )
}
