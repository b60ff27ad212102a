import { textualInversion } from '../../../tools/oracle/embeddings.ts'
import { promptRuleCases } from '../../../tools/oracle/prompt-rules.ts'
import { describeGoldenFolder } from '../../golden-suite.ts'

await describeGoldenFolder('oracle-2', [promptRuleCases, textualInversion])
