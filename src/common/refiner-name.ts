/** What the Refiner of a model is called, where it is listed, pinned or fetched by itself. */
export function refinerNameOf(modelName: string): string {
  return `${modelName}/refiner`
}
